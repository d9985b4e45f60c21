using System.Text.RegularExpressions;

namespace Busker.Architecture.Tests;

/// <summary>A room's schema is its own: nobody else names it, and each table is written by one file.</summary>
public sealed partial class SqlOwnershipTests
{
    private sealed record Use(string File, string Verb, string Schema, string Table);

    private static readonly HashSet<string> Writes = new(["insert into", "update", "delete from", "merge into", "truncate", "copy"], StringComparer.OrdinalIgnoreCase);

    [GeneratedRegex(@"\b(insert into|update|delete from|merge into|truncate|copy|from|join|lock table)\s+([a-z]+)\.([a-z_]+)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Statement();

    private static IEnumerable<Use> Uses(string path, string text) =>
        Statement().Matches(text).Select(m => new Use(path, m.Groups[1].Value, m.Groups[2].Value, m.Groups[3].Value));

    private static string Room(string path) =>
        path.Split('/') is ["src", "Modules", var module, ..] ? module.ToLowerInvariant() : path.Split('/')[1].ToLowerInvariant();

    private static IEnumerable<Use> Foreign(IEnumerable<Use> uses) => uses.Where(u => u.Schema != Room(u.File));

    private static IEnumerable<string> WrittenTwice(IEnumerable<Use> uses) =>
        uses.Where(u => Writes.Contains(u.Verb))
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

    [Theory]
    [InlineData("insert into")]
    [InlineData("UPDATE")]
    [InlineData("delete from")]
    [InlineData("merge into")]
    [InlineData("truncate")]
    [InlineData("copy")]
    public void A_planted_second_writer_is_seen_whatever_it_writes_with(string verb) =>
        Assert.Equal(["ledger.entry"], WrittenTwice(Uses("src/Modules/Ledger/A.cs", $"{verb} ledger.entry").Concat(Uses("src/Modules/Ledger/B.cs", "insert into ledger.entry"))));

    [Fact]
    public void The_scan_is_not_blind() => Assert.NotEmpty(All());
}
