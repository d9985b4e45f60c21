using System.Text.RegularExpressions;

namespace Busker.Architecture.Tests;

/// <summary>
/// Lengths only shrink: a file has at most 400 lines, a method 70, a constructor six parameters. What was longer when the
/// guard was written is listed with its length; shorten it and the list must follow. Records are data and may have more fields.
/// </summary>
public sealed partial class LengthTests
{
    private const int FileLines = 400, MethodLines = 70, Parameters = 6;

    /// <summary>Apart, so that the planted texts are not taken for this file's own types.</summary>
    private const string Word = "class";

    /// <summary>What is over the limits, and how far.</summary>
    private static readonly Dictionary<string, int> Baseline = [];

    [GeneratedRegex(@"^\s*(if|else|for|foreach|while|using|lock|switch|try|catch|finally|do|return|await)\b|\b(class|struct|record|interface|enum|namespace)\s+\w| = ")]
    private static partial Regex NotAMethod();

    [GeneratedRegex(@"\bclass\s+(\w+)(?:<[^>(]*>)?\s*(\()?")]
    private static partial Regex Class();

    /// <summary>Names of the things over a limit, with their measure.</summary>
    private static IEnumerable<(string What, int Measure)> Over(string path, string text)
    {
        var lines = text.TrimEnd('\n').Split('\n');
        if (lines.Length > FileLines) yield return (path, lines.Length);
        foreach (var (name, length) in Methods(lines).Where(m => m.Length > MethodLines)) yield return ($"{path} {name}", length);
        foreach (var (name, count) in Constructors(text).Where(c => c.Count > Parameters)) yield return ($"{path} {name}()", count);
    }

    /// <summary>A block on lines of its own after a header with parentheses, by indentation, which the formatter keeps.</summary>
    private static IEnumerable<(string Name, int Length)> Methods(string[] lines)
    {
        for (var i = 1; i < lines.Length; i++)
        {
            if (lines[i].Trim() != "{") continue;
            var indent = lines[i].IndexOf('{');
            var header = i - 1;
            while (header > 0 && (lines[header].Length <= indent || lines[header][indent] is ' ' or ')')) header--;
            if (!lines[header].Contains('(') || NotAMethod().IsMatch(lines[header])) continue;
            var end = Array.FindIndex(lines, i, l => l.StartsWith(lines[i].Replace('{', '}'), StringComparison.Ordinal));
            var name = lines[header][..lines[header].IndexOf('(')].Split(' ')[^1];
            if (end > 0) yield return (name, end - header + 1);
        }
    }

    private static IEnumerable<(string Name, int Count)> Constructors(string text)
    {
        foreach (Match type in Class().Matches(text))
        {
            var name = type.Groups[1].Value;
            if (type.Groups[2].Success) yield return (name, Count(text, type.Groups[2].Index));
            foreach (Match explicitly in Regex.Matches(text, $@"^\s*(?:public|internal|private|protected)\s+{name}\(", RegexOptions.Multiline))
                yield return (name, Count(text, explicitly.Index + explicitly.Length - 1));
        }
    }

    /// <summary>Parameters of the list that opens here: commas that are in no inner bracket.</summary>
    private static int Count(string text, int open)
    {
        int depth = 0, commas = 0, at = open;
        do
        {
            if (text[at] is '(' or '<' or '[' or '{') depth++;
            else if (text[at] is ')' or ']' or '}' || (text[at] == '>' && text[at - 1] != '=')) depth--;
            else if (text[at] == ',' && depth == 1) commas++;
        }
        while (depth > 0 && ++at < text.Length);
        return string.IsNullOrWhiteSpace(text[(open + 1)..at]) ? 0 : commas + 1;
    }

    private static IEnumerable<string> Grown(IEnumerable<(string What, int Measure)> over, IReadOnlyDictionary<string, int> baseline) =>
        over.Where(o => o.Measure > baseline.GetValueOrDefault(o.What)).Select(o => $"{o.What}: {o.Measure}");

    private static IEnumerable<string> Stale(IEnumerable<(string What, int Measure)> over, IReadOnlyDictionary<string, int> baseline)
    {
        var present = over.GroupBy(o => o.What).ToDictionary(g => g.Key, g => g.Max(o => o.Measure));
        return baseline.Where(b => present.GetValueOrDefault(b.Key) < b.Value).Select(b => $"{b.Key}: now {present.GetValueOrDefault(b.Key)}");
    }

    private static IEnumerable<(string What, int Measure)> All() =>
        Tracked.Files(".cs", "src", "sdk", "tests").SelectMany(f => Over(f.Path, f.Text));

    [Fact]
    public void Nothing_grows_over_the_limits() => Grown(All(), Baseline).ShouldBeEmpty();

    [Fact]
    public void What_shrank_is_not_allowed_to_grow_again() => Stale(All(), Baseline).ShouldBeEmpty();

    [Fact]
    public void The_scan_is_not_blind()
    {
        var files = Tracked.Files(".cs", "src", "sdk", "tests").ToList();
        files.Sum(f => Methods(f.Text.Split('\n')).Count()).ShouldBeGreaterThan(1000);
        files.Sum(f => Constructors(f.Text).Count(c => c.Count > 0)).ShouldBeGreaterThan(100);
    }

    [Fact]
    public void Planted_lengths_are_seen()
    {
        Over("A.cs", string.Concat(Enumerable.Repeat("// a\n", 401))).ShouldBe([("A.cs", 401)]);
        var body = string.Concat(Enumerable.Repeat("        x++;\n", 68));
        Over("A.cs", $"class A\n{{\n    void Run(\n        int x)\n    {{\n{body}    }}\n}}\n").ShouldBe([("A.cs Run", 72)]);
        Over("A.cs", $"{Word} A<T>(int a, (int, int) b, Func<int, int> c, int d, int e, int f, int g);\n").ShouldBe([("A.cs A()", 7)]);
        Over("A.cs", $"{Word} A\n{{\n    public A(int a, int b, int c, int d, int e, int f, int g) {{ }}\n}}\n").ShouldBe([("A.cs A()", 7)]);
        Over("A.cs", "class A(int a, (int, int) b, Func<int, int> c, int d, int e, int f);\n").ShouldBeEmpty();
    }

    [Fact]
    public void The_list_is_a_ratchet()
    {
        Dictionary<string, int> listed = new() { ["A.cs"] = 450 };
        Grown([("A.cs", 451)], listed).ShouldBe(["A.cs: 451"]);
        Stale([("A.cs", 449)], listed).ShouldBe(["A.cs: now 449"]);
        Stale([], listed).ShouldBe(["A.cs: now 0"]);
    }
}
