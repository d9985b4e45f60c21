using System.Text.RegularExpressions;

namespace Busker.Architecture.Tests;

/// <summary>Names say what a thing is; texts are short, and know nothing of the machine they were written on.</summary>
public sealed partial class WordsTests
{
    private static readonly string[] Texts =
        [".cs", ".csproj", ".props", ".targets", ".slnx", ".md", ".json", ".ts", ".tsx", ".mjs", ".css", ".html", ".sh", ".py", ".sql",
         ".proto", ".yaml", ".csv", ".txt", ".npmrc", "/run", "busker"];

    /// <summary>In pieces, so that this file does not name what it forbids.</summary>
    private static readonly string[] Places = [.. new[] { "work", "root", "farm", "home" }.Select(p => $"/{p}/")];

    private static readonly string[] Registries = ["registry." + "npm", "npmjs" + ".", "nuget" + ".org", "arti" + "factory"];

    [GeneratedRegex(@"\b(?:class|struct|record|interface|enum)\s+(\w+(?:Service|Manager|Helper|Util|Base|Impl)s?)\b")]
    private static partial Regex EmptyName();

    [GeneratedRegex(@"(Service|Manager|Helper|Util|Base|Impl)s?(\.\w+)*$")]
    private static partial Regex EmptyFile();

    [GeneratedRegex(@"^(?:## |\*\*)?(Status|Context|Options|Decision|Consequences)\b", RegexOptions.Multiline)]
    private static partial Regex Heading();

    private static IEnumerable<string> Names(string path, string text) =>
        EmptyName().Matches(text).Select(m => $"{path}: {m.Groups[1].Value}")
            .Concat(EmptyFile().IsMatch(path.Split('/')[^1]) ? [$"{path}: the file's name"] : []);

    private static IEnumerable<string> Foreign(string path, string text) =>
        Places.Where(p => Regex.IsMatch(text, $@"(?<![\w.}})]){p}")).Concat(Registries.Where(r => text.Contains(r, StringComparison.Ordinal)))
            .Select(w => $"{path}: {w}");

    private static int Limit(string path) => path switch
    {
        "README.md" => 60,
        _ when path.StartsWith("docs/decisions/", StringComparison.Ordinal) => 40,
        _ when path.StartsWith("src/", StringComparison.Ordinal) && path.EndsWith("/README.md", StringComparison.Ordinal) => 120,
        _ => int.MaxValue,
    };

    private static IEnumerable<string> Long(string path, string text) =>
        text.TrimEnd('\n').Split('\n').Length is var n && n > Limit(path) ? [$"{path}: {n} lines, {Limit(path)} allowed"] : [];

    private static IEnumerable<string> Headings(string text) =>
        new[] { "Status", "Context", "Options", "Decision", "Consequences" }.Except(Heading().Matches(text).Select(m => m.Groups[1].Value));

    [Fact]
    public void Names_say_what_a_thing_is() =>
        Tracked.Files(".cs", "src", "sdk").SelectMany(f => Names(f.Path, f.Text)).ShouldBeEmpty();

    [Fact]
    public void No_text_knows_the_machine_or_the_registry_it_came_from() =>
        Texts.SelectMany(t => Tracked.Files(t)).SelectMany(f => Foreign(f.Path, f.Text)).Distinct().ShouldBeEmpty();

    [Fact]
    public void Documents_are_short() => Tracked.Files(".md").SelectMany(f => Long(f.Path, f.Text)).ShouldBeEmpty();

    [Fact]
    public void Decisions_have_their_five_parts() =>
        Tracked.Files(".md", "docs/decisions").SelectMany(f => Headings(f.Text).Select(h => $"{f.Path}: no {h}")).ShouldBeEmpty();

    [Fact]
    public void The_scan_is_not_blind()
    {
        Tracked.Files(".md", "docs/decisions").ShouldNotBeEmpty();
        Tracked.Files(".cs", "src", "sdk").Count().ShouldBeGreaterThan(100);
    }

    [Theory]
    [InlineData("src/A.cs", "internal sealed class PlayService;")]
    [InlineData("src/A.cs", "public abstract class CounterBase")]
    [InlineData("src/StringUtils.cs", "")]
    public void A_planted_empty_name_is_seen(string path, string text) => Names(path, text).Count().ShouldBe(1);

    [Fact]
    public void Planted_places_are_seen()
    {
        Foreign("a.md", $"see {Places[0]}x and \"{Places[3]}y\"").Count().ShouldBe(2);
        Foreign("a.json", $"https://{Registries[0]}x").Count().ShouldBe(1);
        Foreign("a.ts", $"import '.{Places[0]}a'; a.framework/b").ShouldBeEmpty();
    }

    [Fact]
    public void A_planted_long_document_is_seen()
    {
        Long("README.md", new string('\n', 60) + "x").Count().ShouldBe(1);
        Long("docs/decisions/1.md", new string('\n', 40) + "x").Count().ShouldBe(1);
        Long("src/A/README.md", new string('\n', 119) + "x").ShouldBeEmpty();
        Headings("Status: accepted\n## Context\n**Options.** a\n## Decision\n").ShouldBe(["Consequences"]);
    }
}
