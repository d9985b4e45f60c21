using System.Text.RegularExpressions;

namespace Busker.Architecture.Tests;

/// <summary>A room's schema is its own: nobody else names it, and each table is written by one file.</summary>
public sealed partial class SqlOwnershipTests
{
    private sealed record Use(string File, string Verb, string Schema, string Table);

    [GeneratedRegex(@"\b(insert into|update|delete from|from|join)\s+([a-z]+)\.([a-z_]+)\b")]
    private static partial Regex Statement();

    private static IEnumerable<Use> Uses(string path, string text) =>
        Statement().Matches(text).Select(m => new Use(path, m.Groups[1].Value, m.Groups[2].Value, m.Groups[3].Value));

    private static string Room(string path) =>
        path.Split('/') is ["src", "Modules", var module, ..] ? module.ToLowerInvariant() : path.Split('/')[1].ToLowerInvariant();

    private static IEnumerable<Use> Foreign(IEnumerable<Use> uses) => uses.Where(u => u.Schema != Room(u.File));

    private static IEnumerable<string> WrittenTwice(IEnumerable<Use> uses) =>
        uses.Where(u => u.Verb is "insert into" or "update" or "delete from")
            .GroupBy(u => $"{u.Schema}.{u.Table}").Where(g => g.Select(u => u.File).Distinct().Count() > 1).Select(g => g.Key);

    private static IEnumerable<Use> All() => Repo.Sources("*.cs").SelectMany(s => Uses(s.Path, s.Text));

    [Fact]
    public void No_room_names_another_rooms_schema() => Assert.Empty(Foreign(All()));

    [Fact]
    public void Each_table_is_written_by_one_file() => Assert.Empty(WrittenTwice(All()));

    [Fact]
    public void Planted_violations_are_seen()
    {
        var uses = Uses("src/Modules/Payments/A.cs", "update ledger.entry set x = 1")
            .Concat(Uses("src/Modules/Ledger/B.cs", "insert into ledger.entry values (1)")).ToList();
        Assert.Single(Foreign(uses));
        Assert.Equal(["ledger.entry"], WrittenTwice(uses));
    }

    [Fact]
    public void The_scan_is_not_blind() => Assert.NotEmpty(All());
}
