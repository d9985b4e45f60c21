namespace Busker.Flags;

public enum AttributeKind : byte
{
    Missing,
    Null,
    Bool,
    Number,
    Text,
    List,
    Struct,
}

/// <summary>One value of an evaluation context. A struct, so that reading one allocates nothing.</summary>
public readonly struct AttributeValue
{
    private readonly object? _object;
    private readonly double _number;

    private AttributeValue(AttributeKind kind, double number, object? reference) =>
        (Kind, _number, _object) = (kind, number, reference);

    public AttributeKind Kind { get; }

    public static AttributeValue Null => new(AttributeKind.Null, 0, null);

    public static AttributeValue Of(bool value) => new(AttributeKind.Bool, value ? 1 : 0, null);

    public static AttributeValue Of(double value) => new(AttributeKind.Number, value, null);

    public static AttributeValue Of(string? value) => value is null ? Null : new(AttributeKind.Text, 0, value);

    public static AttributeValue Of(AttributeValue[] value) => new(AttributeKind.List, 0, value);

    public static AttributeValue Of(EvaluationContext value) => new(AttributeKind.Struct, 0, value);

    public bool IsAbsent => Kind <= AttributeKind.Null;

    public bool Bool => _number != 0;

    public double Number => _number;

    public string Text => (string)_object!;

    public ReadOnlySpan<AttributeValue> List => (AttributeValue[])_object!;

    public EvaluationContext Struct => (EvaluationContext)_object!;

    /// <summary>As JSON-like text, for traces.</summary>
    public override string ToString() => Kind switch
    {
        AttributeKind.Missing => "(missing)",
        AttributeKind.Null => "null",
        AttributeKind.Bool => Bool ? "true" : "false",
        AttributeKind.Number => Conditions.NumberText.Format(Number),
        AttributeKind.Text => $"\"{Text}\"",
        AttributeKind.List => $"[{string.Join(", ", List.ToArray().Select(v => v.ToString()))}]",
        _ => "{…}",
    };
}
