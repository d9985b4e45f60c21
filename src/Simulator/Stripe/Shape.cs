using System.Text.Json;

namespace Busker.Simulator.Stripe;

/// <summary>The fields of one of Stripe's objects, in order, with what a new one holds. Read once, the embedded templates of this folder.</summary>
internal sealed class Shape
{
    /// <summary>A field that is left out until it is set: "?" in the template.</summary>
    public static readonly object Absent = new();

    private static readonly Dictionary<string, Shape> All = Load();

    private readonly Dictionary<string, int> _index = [];

    private Shape(JsonProperty template)
    {
        Name = template.Name;
        JsonProperty[] fields = [.. template.Value.EnumerateObject()];
        Names = [.. fields.Select(f => JsonEncodedText.Encode(f.Name))];
        Fields = [.. fields.Select(f => f.Name)];
        Defaults = new object?[fields.Length];
        Expands = new string?[fields.Length];
        for (var i = 0; i < fields.Length; i++)
        {
            _index.Add(fields[i].Name, i);
            (Defaults[i], Expands[i]) = Default(fields[i].Value);
        }
    }

    public string Name { get; }
    public string[] Fields { get; }
    public JsonEncodedText[] Names { get; }
    public object?[] Defaults { get; }

    /// <summary>The kind of object that a field's id can be expanded to: "@kind" in the template.</summary>
    public string?[] Expands { get; }

    public static IReadOnlyDictionary<string, Shape> Known => All;

    public static Shape Of(string name) => All[name];

    public int At(string field) => _index.TryGetValue(field, out var at) ? at : throw new Kernel.InvariantException($"{Name} has no {field}");

    public bool Has(string field) => _index.ContainsKey(field);

    private static (object?, string?) Default(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => (null, null),
        JsonValueKind.Number => (value.GetInt64(), null),
        JsonValueKind.True or JsonValueKind.False => (value.GetBoolean(), null),
        JsonValueKind.String when value.GetString() is ['@', .. var kind] => (null, kind),
        JsonValueKind.String when value.GetString() == "?" => (Absent, null),
        JsonValueKind.String => (value.GetString(), null),
        _ => (new Raw(System.Text.Encoding.UTF8.GetBytes(value.GetRawText())), null),
    };

    private static Dictionary<string, Shape> Load()
    {
        using var stream = typeof(Shape).Assembly.GetManifestResourceStream("stripe.shapes.json")!;
        using var json = JsonDocument.Parse(stream);
        return json.RootElement.EnumerateObject().ToDictionary(p => p.Name, p => new Shape(p));
    }
}

/// <summary>JSON that is already written.</summary>
internal sealed record Raw(byte[] Json)
{
    public static Raw Of(Action<Utf8JsonWriter> write)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer)) write(json);
        return new Raw(buffer.WrittenSpan.ToArray());
    }
}
