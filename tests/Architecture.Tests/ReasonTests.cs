using System.Text.RegularExpressions;

namespace Busker.Architecture.Tests;

/// <summary>Every reason of a refusal stands in docs/reasons.md, and what stands there stays: clients branch on reasons.</summary>
public sealed partial class ReasonTests
{
    private sealed record Reason(string Name, string Code, string Where);

    /// <summary>A code, then the reason: plain, or one of two.</summary>
    [GeneratedRegex(@"Code\.(?<code>\w+)\s*,\s*(?:\w+\s*\?\s*""(?<name>[A-Z][A-Z0-9_]*)""\s*:\s*)?""(?<name>[A-Z][A-Z0-9_]*)""")]
    private static partial Regex Made();

    /// <summary>Private makers of faults that take the reason first, and the code they give.</summary>
    [GeneratedRegex(@"\b(?<maker>Wrong|Refused|Unimplemented)\(""(?<name>[A-Z][A-Z0-9_]*)""")]
    private static partial Regex MadeFor();

    [GeneratedRegex(@"new(?: \w+)?\((?:Wire)?Code\.\w+\s*,\s*[a-z]\w*\s*,")]
    private static partial Regex HandedOn();

    [GeneratedRegex(@"^\| (\d+) \| ([A-Z][A-Z0-9_]*) \| (\w+) \| ([\w/]+) \| (\S.*\S) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    private static IEnumerable<Reason> Reasons(string path, string text) =>
        Made().Matches(text)
            .SelectMany(m => m.Groups["name"].Captures.Select(name => new Reason(name.Value, m.Groups["code"].Value, Place(path))))
            .Concat(MadeFor().Matches(text).Select(m => new Reason(m.Groups["name"].Value,
                m.Groups["maker"].Value == "Unimplemented" ? "Unimplemented" : "InvalidArgument", Place(path))));

    private static string Place(string path) =>
        path.Split('/') is ["src", "Modules", var room, ..] ? $"src/Modules/{room}" : $"src/{path.Split('/')[1]}";

    /// <summary>What is wrong with the registry, one sentence each.</summary>
    private static IEnumerable<string> Wrong(string registry, IReadOnlyCollection<Reason> made)
    {
        var rows = Row().Matches(registry);
        var known = rows.Select(r => new Reason(r.Groups[2].Value, r.Groups[3].Value, r.Groups[4].Value)).ToList();
        foreach (var missing in made.Except(known))
            yield return $"append to docs/reasons.md: | {rows.Count + 1} | {missing.Name} | {missing.Code} | {missing.Where} | <what it tells the caller> |";
        foreach (var (row, i) in rows.Select((r, i) => (r, i)).Where(r => r.r.Groups[1].Value != $"{r.i + 1}"))
            yield return $"row {row.Groups[1].Value} stands where row {i + 1} should: rows are appended, never taken out or moved";
        foreach (var (row, reason) in rows.Zip(known))
            if (!made.Contains(reason) && !row.Groups[5].Value.StartsWith("Retired: ", StringComparison.Ordinal))
                yield return $"{reason.Name} ({reason.Code}, {reason.Where}) is not in the sources any more: keep its row, begin its sentence with 'Retired: '";
        foreach (var twice in known.GroupBy(k => k).Where(g => g.Count() > 1))
            yield return $"{twice.Key.Name} ({twice.Key.Code}, {twice.Key.Where}) has two rows";
    }

    private static List<Reason> All() => Repo.Sources("*.cs").SelectMany(s => Reasons(s.Path, s.Text)).Distinct().ToList();

    private static string Registry() => File.ReadAllText(Path.Combine(Repo.Root, "docs", "reasons.md"));

    [Fact]
    public void Every_reason_is_registered_and_none_was_taken_out() => Wrong(Registry(), All()).ShouldBeEmpty();

    [Fact]
    public void A_reason_is_handed_on_only_where_the_scan_knows_who_names_it() =>
        Repo.Sources("*.cs").Where(s => HandedOn().IsMatch(s.Text)).Select(s => Path.GetFileName(s.Path)).Order()
            .ShouldBe(["JsonRefusal.cs", "Simulator.cs", "WireStatus.cs"]);

    [Theory]
    [InlineData("""new Fault(Code.NotFound, "PLANTED", "x")""", "NotFound")]
    [InlineData("""static Fault F => new(Code.Aborted,\n    "PLANTED", "x");""", "Aborted")]
    [InlineData("""new(Code.Unavailable, unknown ? "PLANTED" : "DATABASE_UNAVAILABLE", Message)""", "Unavailable")]
    [InlineData("""throw Wrong("PLANTED", "x")""", "InvalidArgument")]
    public void A_planted_reason_that_is_not_registered_is_seen(string source, string code)
    {
        var planted = Reasons("src/Rpc/A.cs", source.Replace("\\n", "\n", StringComparison.Ordinal)).ToList();
        Wrong(Registry(), [.. All(), .. planted]).ShouldContain(w => w.Contains($"| PLANTED | {code} | src/Rpc |"));
    }

    [Fact]
    public void A_row_taken_out_is_seen()
    {
        var lines = Registry().Split('\n').ToList();
        lines.RemoveAll(l => l.StartsWith("| 2 |", StringComparison.Ordinal));
        Wrong(string.Join('\n', lines), All()).ShouldContain(w => w.StartsWith("append to docs/reasons.md", StringComparison.Ordinal));
        Wrong(string.Join('\n', lines), []).ShouldContain("row 3 stands where row 2 should: rows are appended, never taken out or moved");
    }

    [Fact]
    public void A_reason_that_left_the_sources_keeps_its_row() =>
        Wrong("| 1 | GONE | NotFound | src/Rpc | It is gone. |\n| 2 | LEFT | NotFound | src/Rpc | Retired: it was there. |", [])
            .ShouldHaveSingleItem().ShouldContain("GONE (NotFound, src/Rpc) is not in the sources any more");
}
