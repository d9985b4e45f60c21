using System.Text.Json;

namespace Busker.Simulator.Stripe;

/// <summary>The fields of one of Stripe's objects, in order, with what a new one holds. Read once, the embedded templates of this folder.</summary>
internal sealed class Shape
{
    /// <summary>A field that is left out until it is set: "?" in the template.</summary>
    public static readonly object Absent = new();

    /// <summary>Shapes whose objects are replaced, never changed: copies may share them.</summary>
    private static readonly string[] Never = ["pmd", "pmd_card", "pm_card", "overcapture", "fee_detail"];

    private static readonly Dictionary<string, Shape> All = Load();

    private readonly byte[] _index = new byte[1024];
    private readonly int[] _starts;
    private readonly int[] _ends;
    private byte[] _chain = [];

    private Shape(JsonProperty template)
    {
        Name = template.Name;
        Fixed = Array.IndexOf(Never, Name) >= 0;
        JsonProperty[] fields = [.. template.Value.EnumerateObject()];
        Names = [.. fields.Select(f => JsonEncodedText.Encode(f.Name))];
        Fields = [.. fields.Select(f => string.Intern(f.Name))];
        Defaults = new object?[fields.Length];
        Expands = new string?[fields.Length];
        (_starts, _ends) = (new int[fields.Length], new int[fields.Length]);
        for (var i = 0; i < fields.Length; i++)
        {
            var place = Place(Fields[i]);
            while (_index[place] != 0) place = (place + 1) & 1023;
            _index[place] = (byte)(i + 1);
            (Defaults[i], Expands[i]) = Default(fields[i].Value);
            if (ReferenceEquals(Defaults[i], Absent)) AbsentAtFirst |= UInt128.One << i;
        }

        Chain(fields);
    }

    public string Name { get; }

    /// <summary>How many values a new object makes room for: as many as others needed.</summary>
    public int Room { get; set; }

    public bool Fixed { get; }
    public string[] Fields { get; }
    public JsonEncodedText[] Names { get; }
    public object?[] Defaults { get; }

    /// <summary>The fields from..to (exclusive), all as in a new object, as JSON without braces.</summary>
    public ReadOnlySpan<byte> Untouched(int from, int to) => _chain.AsSpan(_starts[from].._ends[to - 1]);

    /// <summary>The kind of object that a field's id can be expanded to: "@kind" in the template.</summary>
    public string?[] Expands { get; }

    public static IReadOnlyDictionary<string, Shape> Known => All;

    public static Shape Of(string name) => All[name];

    /// <summary>The fields that a new object leaves out.</summary>
    public UInt128 AbsentAtFirst { get; }

    public int At(string field) => Find(field) is var at and >= 0 ? at : throw new Kernel.InvariantException($"{Name} has no {field}");

    public bool Has(string field) => Find(field) >= 0;

    private int Find(string field)
    {
        for (var place = Place(field); _index[place] is var next and > 0; place = (place + 1) & 1023)
        {
            if (string.Equals(Fields[next - 1], field, StringComparison.Ordinal)) return next - 1;
        }

        return -1;
    }

    private static int Place(string field) => field.Length == 0 ? 0 : ((field.Length * 167) + (field[0] * 31) + (field[field.Length / 2] * 57) + (field[^1] * 5)) & 1023;

    private void Chain(JsonProperty[] fields)
    {
        var text = new List<byte>();
        for (var i = 0; i < fields.Length; i++)
        {
            if (text.Count > 0) text.Add((byte)',');
            _starts[i] = text.Count;
            text.AddRange(System.Text.Encoding.UTF8.GetBytes($"\"{fields[i].Name}\":{(Expands[i] is null ? fields[i].Value.GetRawText() : "null")}"));
            _ends[i] = text.Count;
        }

        _chain = [.. text];
    }

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
    /// <summary>For everything here: several fields at once are written as one raw value, which the writer's own checks do not allow.</summary>
    public static readonly JsonWriterOptions Loose = new() { SkipValidation = true };

    public static Raw Of(Action<Utf8JsonWriter> write)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, Loose)) write(json);
        return new Raw(buffer.WrittenSpan.ToArray());
    }
}
