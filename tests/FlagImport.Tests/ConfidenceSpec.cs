using System.Text.Json.Nodes;

namespace Busker.FlagImport.Tests;

/// <summary>One case of the specification: what is asked, and the answer of the reference and of the shipped engine.</summary>
public sealed record SpecCase(string Name, string Flag, string Context, string Expected, string Sticky, string Shipped)
{
    public override string ToString() => Name;
}

/// <summary>The specification's flags as the `ResolverState` that Confidence would deliver, and its cases.</summary>
internal static class ConfidenceSpec
{
    private static readonly ILookup<string, string[]> Lines = Read();

    public static IEnumerable<SpecCase> Cases => Lines["[cases]"].Select(c => new SpecCase(c[0], c[1], c[2], c[3], At(c, 4), At(c, 5)));

    public static string State() => new JsonObject
    {
        ["flags"] = new JsonArray([.. Lines["[flags]"].Select(f => Flag(f[0], f[1]))]),
        ["segmentsNoBitsets"] = new JsonArray([.. Lines["[segments]"].Select(s => Segment(s[0], At(s, 1), At(s, 2)))]),
        ["bitsets"] = new JsonArray([.. Lines["[segments]"].Select(s => Bitset(s[0], At(s, 3)))]),
        ["clients"] = new JsonArray(Client("test"), Client("minimal")),
        ["clientCredentials"] = new JsonArray(Credential("test"), Credential("minimal")),
    }.ToJsonString();

    public static string Secret(string flag) => flag.StartsWith("minimal", StringComparison.Ordinal) ? "minimal-secret" : "test-secret";

    public static string ValueOf(string variant) => variant switch
    {
        "" => "",
        "on" => """{ "enabled": true }""",
        "treatment" => """{ "color": "red" }""",
        _ => """{ "color": "blue" }""",
    };

    private static string At(string[] line, int column) => column < line.Length ? line[column] : "";

    private static ILookup<string, string[]> Read()
    {
        using var stream = typeof(ConfidenceSpec).Assembly.GetManifestResourceStream("confidence-spec.txt")!;
        using var reader = new StreamReader(stream);
        var part = "";
        var lines = new List<(string Part, string[] Columns)>();
        foreach (var line in reader.ReadToEnd().Split('\n').Where(l => l.Length > 0 && l[0] != '#'))
        {
            if (line[0] == '[') part = line;
            else lines.Add((part, line.Split('|', StringSplitOptions.TrimEntries)));
        }

        return lines.ToLookup(l => l.Part, l => l.Columns);
    }

    private static JsonObject Segment(string name, string criteria, string expression)
    {
        var segment = new JsonObject { ["name"] = "segments/" + name };
        if (criteria.Length == 0) return segment;
        var given = JsonNode.Parse(criteria)!.AsObject();
        foreach (var (key, criterion) in given.ToList())
        {
            if (criterion is not JsonArray pair) continue;
            var attribute = pair[1]!.DeepClone().AsObject();
            attribute["attributeName"] = pair[0]!.GetValue<string>();
            given[key] = new JsonObject { ["attribute"] = attribute };
        }

        segment["targeting"] = new JsonObject { ["criteria"] = given, ["expression"] = JsonNode.Parse(expression.Length > 0 ? expression : """{"ref":"c1"}""") };
        return segment;
    }

    private static JsonObject Bitset(string segment, string buckets)
    {
        var bitset = new JsonObject { ["segment"] = "segments/" + segment };
        if (buckets.Length == 0)
        {
            bitset["fullBitset"] = true;
            return bitset;
        }

        var bits = new byte[125_000];
        for (var i = int.Parse(buckets.Split('-')[0], null); i <= int.Parse(buckets.Split('-')[1], null); i++) bits[i >> 3] |= (byte)(1 << (i & 7));
        using var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionMode.Compress)) gzip.Write(bits);
        bitset["gzippedBitset"] = Convert.ToBase64String(packed.ToArray());
        return bitset;
    }

    private static JsonObject Flag(string name, string rules)
    {
        var client = name.StartsWith("minimal", StringComparison.Ordinal) ? "minimal" : name.StartsWith("other", StringComparison.Ordinal) ? "other" : "test";
        return new()
        {
            ["name"] = "flags/" + name, ["state"] = name.Contains("inactive", StringComparison.Ordinal) ? "ARCHIVED" : "ACTIVE",
            ["clients"] = new JsonArray($"clients/{client}-client"),
            ["variants"] = new JsonArray([.. new[] { "on", "treatment", "control", "blue" }.Select(v => new JsonObject { ["name"] = $"flags/{name}/variants/{v}", ["value"] = JsonNode.Parse(ValueOf(v)) })]),
            ["rules"] = new JsonArray([.. JsonNode.Parse(rules)!.AsArray().Select((r, i) => Rule(name, i, r!))]),
        };
    }

    private static JsonObject Rule(string flag, int index, JsonNode source)
    {
        var rule = new JsonObject { ["enabled"] = true, ["targetingKeySelector"] = "targeting_key" };
        var other = source is JsonArray pair ? pair[1]!.AsObject() : [];
        var gives = other["gives"]?.AsObject() ?? new() { ["on"] = new JsonArray(new JsonArray(0, 1000)) };
        foreach (var (key, value) in other.Where(o => o.Key != "gives")) rule[key] = value?.DeepClone();
        rule["name"] = $"flags/{flag}/rules/rule{index + 1}";
        rule["segment"] = "segments/" + (source is JsonArray ? source[0] : source)!.GetValue<string>();
        rule["assignmentSpec"] = new JsonObject
        {
            ["bucketCount"] = 1000,
            ["assignments"] = new JsonArray([.. gives.Select((g, i) => new JsonObject
            {
                ["assignmentId"] = $"a{i + 1}",
                [g.Key is "fallthrough" or "clientDefault" ? g.Key : "variant"] = g.Key is "fallthrough" or "clientDefault" ? new JsonObject() : new JsonObject { ["variant"] = $"flags/{flag}/variants/{g.Key}" },
                ["bucketRanges"] = new JsonArray([.. g.Value!.AsArray().Select(r => new JsonObject { ["lower"] = r![0]!.GetValue<int>(), ["upper"] = r[1]!.GetValue<int>() })]),
            })]),
        };
        return rule;
    }

    private static JsonObject Client(string name) => new() { ["name"] = $"clients/{name}-client" };

    private static JsonObject Credential(string name) => new()
    {
        ["name"] = $"clients/{name}-client/credentials/cred1", ["clientSecret"] = new JsonObject { ["secret"] = name + "-secret" }, ["environments"] = new JsonArray("production"),
    };
}
