using System.Text.RegularExpressions;

namespace Busker.Architecture.Tests;

/// <summary>Who may call whom. To add an edge, add it here, in the same commit as the reason in docs/decisions.</summary>
public sealed partial class RoomGraphTests
{
    private static readonly HashSet<string> Allowed =
    [
        "Entitlements -> Catalog",
    ];

    [GeneratedRegex(@"Include=""\.\./(\w+)/\1\.csproj""")]
    private static partial Regex Neighbour();

    private static IEnumerable<string> Edges(string path, string text) =>
        Neighbour().Matches(text).Select(m => $"{Path.GetFileNameWithoutExtension(path)} -> {m.Groups[1].Value}");

    [Fact]
    public void Rooms_call_only_the_rooms_on_the_list() =>
        Assert.Empty(Repo.Sources("*.csproj").Where(s => s.Path.StartsWith("src/Modules/", StringComparison.Ordinal))
            .SelectMany(s => Edges(s.Path, s.Text)).Except(Allowed));

    [Fact]
    public void The_list_has_no_edge_that_is_not_used() =>
        Assert.Empty(Allowed.Except(Repo.Sources("*.csproj").SelectMany(s => Edges(s.Path, s.Text))));

    [Fact]
    public void A_planted_edge_is_seen() =>
        Assert.Equal(["Ledger -> Payments"],
            Edges("src/Modules/Ledger/Ledger.csproj", """<ProjectReference Include="../Payments/Payments.csproj" />"""));
}
