namespace Busker.Flags;

/// <summary>A dotted path into a context, split and hashed once.</summary>
internal sealed class AttributePath
{
    private readonly string[] _steps;
    private readonly int[] _hashes;
    private readonly string _first;
    private readonly int _firstHash;
    private int _place; // a guess that any thread may change: it is checked before it is believed

    public AttributePath(string path)
    {
        Path = path;
        _steps = path.Split('.');
        _hashes = [.. _steps.Select(EvaluationContext.Hash)];
        (_first, _firstHash) = (_steps[0], _hashes[0]);
    }

    public string Path { get; }

    public AttributeValue Read(EvaluationContext context)
    {
        var value = context.Get(_first, _firstHash, ref _place);
        if (_steps.Length == 1) return value;
        for (var i = 1; i < _steps.Length; i++)
        {
            if (value.Kind != AttributeKind.Struct) return default;
            value = value.Struct.Get(_steps[i], _hashes[i]);
        }

        return value;
    }

    public override string ToString() => Path;
}
