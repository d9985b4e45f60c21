namespace Busker.Flags;

/// <summary>A dotted path into a context, split and hashed once.</summary>
internal sealed class AttributePath
{
    private readonly string[] _steps;
    private readonly int[] _hashes;

    public AttributePath(string path)
    {
        Path = path;
        _steps = path.Split('.');
        _hashes = [.. _steps.Select(EvaluationContext.Hash)];
    }

    public string Path { get; }

    public AttributeValue Read(EvaluationContext context)
    {
        var value = context.Get(_steps[0], _hashes[0]);
        for (var i = 1; i < _steps.Length; i++)
        {
            if (value.Kind != AttributeKind.Struct) return default;
            value = value.Struct.Get(_steps[i], _hashes[i]);
        }

        return value;
    }

    public override string ToString() => Path;
}
