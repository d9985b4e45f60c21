using System.Text.RegularExpressions;

namespace Busker.Architecture.Tests;

/// <summary>Every project is built by the same rules; an exception has its reason beside it.</summary>
public sealed partial class ProjectTests
{
    private static readonly string[] Rules =
    [
        "<Nullable>enable</Nullable>",
        "<TreatWarningsAsErrors>true</TreatWarningsAsErrors>",
        "<CheckForOverflowUnderflow>true</CheckForOverflowUnderflow>",
        """<PackageReference Include="Microsoft.CodeAnalysis.BannedApiAnalyzers" PrivateAssets="all" />""",
        """<AdditionalFiles Include="$(MSBuildThisFileDirectory)BannedSymbols.txt" />""",
    ];

    private static readonly string[] Banned =
    [
        "P:System.DateTime.Now", "P:System.DateTime.UtcNow", "P:System.DateTimeOffset.Now", "P:System.DateTimeOffset.UtcNow",
        "M:System.Guid.NewGuid", "M:System.Threading.Tasks.Task.Wait", "P:System.Threading.Tasks.Task`1.Result", "T:System.Random",
    ];

    [GeneratedRegex(@"<PackageReference\b[^>]*\bVersion(Override)?\s*=|<PackageReference\b[^>/]*>\s*<Version>", RegexOptions.Singleline)]
    private static partial Regex OwnVersion();

    [GeneratedRegex(@"<(Nullable|TreatWarningsAsErrors)>(?!enable<|true<)|<(ManagePackageVersionsCentrally)>false<")]
    private static partial Regex Weakened();

    [GeneratedRegex(@"<NoWarn>|<WarningsNotAsErrors>|<CheckForOverflowUnderflow>false<|<RunAnalyzers>false<")]
    private static partial Regex Exception();

    private static IEnumerable<string> Faults(string path, string text)
    {
        if (OwnVersion().IsMatch(text)) yield return $"{path}: versions of packages belong in Directory.Packages.props";
        if (Weakened().Match(text) is { Success: true } weak) yield return $"{path}: {weak.Value} weakens a rule of the house";
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
            if (Exception().IsMatch(lines[i]) && !Explained(lines, i))
                yield return $"{path}:{i + 1}: {lines[i].Trim()} needs a comment before it with the reason";
    }

    /// <summary>A comment may stand for several exceptions in a row.</summary>
    private static bool Explained(string[] lines, int at)
    {
        while (at > 0 && Exception().IsMatch(lines[at])) at--;
        return lines[at].TrimEnd().EndsWith("-->", StringComparison.Ordinal);
    }

    private static IEnumerable<string> Missing(string text, string[] wanted) => wanted.Where(w => !text.Contains(w, StringComparison.Ordinal));

    private static IEnumerable<string> Lifted(string text) => Banned.Except(text.Split('\n').Select(l => l.Split(';')[0]));

    [Fact]
    public void Projects_keep_the_rules_of_the_house() =>
        Tracked.Files(".csproj").Concat(Tracked.Files(".props")).SelectMany(f => Faults(f.Path, f.Text)).ShouldBeEmpty();

    [Fact]
    public void The_rules_of_the_house_are_on() => Missing(Tracked.Text("Directory.Build.props"), Rules).ShouldBeEmpty();

    [Fact]
    public void A_folders_own_props_take_the_rules_over() =>
        Tracked.Paths.Where(p => p.EndsWith("/Directory.Build.props", StringComparison.Ordinal))
            .Where(p => !Tracked.Text(p).Contains("../Directory.Build.props", StringComparison.Ordinal)).ShouldBeEmpty();

    [Fact]
    public void Versions_are_central() =>
        Tracked.Text("Directory.Packages.props").ShouldContain("<ManagePackageVersionsCentrally>true</ManagePackageVersionsCentrally>");

    [Fact]
    public void What_is_banned_stays_banned() => Lifted(Tracked.Text("BannedSymbols.txt")).ShouldBeEmpty();

    [Fact]
    public void The_scan_is_not_blind() => Tracked.Files(".csproj").Count().ShouldBeGreaterThan(20);

    [Theory]
    [InlineData("""<PackageReference Include="A" Version="1.0.0" />""")]
    [InlineData("""<PackageReference Include="A"><Version>1.0.0</Version></PackageReference>""")]
    [InlineData("<Nullable>disable</Nullable>")]
    [InlineData("<TreatWarningsAsErrors>false</TreatWarningsAsErrors>")]
    [InlineData("<A/>\n<CheckForOverflowUnderflow>false</CheckForOverflowUnderflow>")]
    [InlineData("<A/>\n<NoWarn>CS1591</NoWarn>")]
    public void A_planted_exception_is_seen(string text) => Faults("A.csproj", text).Count().ShouldBe(1);

    [Fact]
    public void An_exception_with_its_reason_passes() =>
        Faults("A.csproj", "<!-- Hashes wrap. -->\n<CheckForOverflowUnderflow>false</CheckForOverflowUnderflow>").ShouldBeEmpty();

    [Fact]
    public void A_lifted_ban_and_a_missing_rule_are_seen()
    {
        Lifted(Tracked.Text("BannedSymbols.txt").Replace("T:System.Random;", "", StringComparison.Ordinal)).ShouldBe(["T:System.Random"]);
        Missing(Tracked.Text("Directory.Build.props").Replace("<Nullable>enable", "<Nullable>disable", StringComparison.Ordinal), Rules)
            .ShouldBe(["<Nullable>enable</Nullable>"]);
    }
}
