using System.Text.Json.Serialization;
using Busker.Experiments.V1;
using Busker.Flags;

namespace Busker.Bench.Flags;

/// <summary>One flag that every system is given: "static", "three rules", or "split": so many conditions, then half and half.</summary>
internal sealed record Cell([property: JsonPropertyName("shape")] string Shape, [property: JsonPropertyName("conditions")] int Conditions)
{
    public static readonly Cell[] All = [new("static", 0), new("split", 0), new("split", 1), new("split", 4), new("split", 16), new("three rules", 3)];

    public static readonly int[] AttributeSizes = [5, 50, 200];

    // Names are shared between users, as the names of properties are in the peers' language.
    private static readonly string[] Targeted = [.. Enumerable.Range(0, 16).Select(c => $"c{c}")];
    private static readonly string[] Others = [.. Enumerable.Range(0, 200).Select(a => $"attribute-{a}")];

    /// <summary>What a condition's attribute may be: ten texts, of which users have one of the last five.</summary>
    [JsonPropertyName("values")]
    public string[] Values { get; } = [.. Enumerable.Range(0, 5).Select(i => $"other-{i}"), .. Enumerable.Range(0, 5).Select(i => $"value-{i}")];

    [JsonIgnore]
    public string Name => $"{Shape}-{Conditions}".Replace(' ', '_');

    public static FlagState State()
    {
        var state = new FlagState { Account = "bench", Version = 1 };
        foreach (var cell in All) state.Flags.Add(cell.Flag());
        return state;
    }

    /// <summary>The same users the peers are given.</summary>
    public static EvaluationContext[] Users(int count, int attributes) => [.. Enumerable.Range(0, count).Select(i =>
    {
        var context = new EvaluationContext($"user-{i}").Set("country", i % 3 == 0 ? "SE" : "NO").Set("version", "2.4.1");
        for (var c = 0; c < 16; c++) context.Set(Targeted[c], $"value-{c % 5}");
        for (var a = 0; a < attributes; a++) context.Set(Others[a], $"text-{a}-{i % 7}");
        return context;
    })];

    private Flag Flag()
    {
        var flag = Made.Flag(Name, Shape == "static" ? "on" : "off");
        if (Shape == "split")
        {
            var rule = Made.Split("split");
            if (Conditions == 0) rule.Everyone = true;
            else rule.Targeting = Made.All([.. Enumerable.Range(0, Conditions).Select(c => Made.OneOf($"c{c}", Values))]);
            flag.Rules.Add(rule);
        }
        else if (Shape == "three rules")
        {
            flag.Rules.Add(Made.Give("staff", "on", new() { Criterion = new() { Attribute = "email", EndsWith = new() { Values = { "@busker.example" } } } }));
            flag.Rules.Add(Made.Give("old", "off", new() { Criterion = new() { Attribute = "version", SemVer = new() { Op = SemVer.Types.Op.Less, Version = "2.0.0" } } }));
            var rule = Made.Split("split");
            rule.Targeting = Made.OneOf("country", ["SE", "NO"]);
            flag.Rules.Add(rule);
        }

        return flag;
    }
}
