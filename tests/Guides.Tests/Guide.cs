using System.Text.RegularExpressions;
using Busker.Support;

namespace Busker.Guides.Tests;

/// <summary>A guide as its reader follows it: blocks that are a new file, or that go into one which is there.</summary>
internal static partial class Guide
{
    internal sealed record Step(string Path, string? After, string Text, bool IsNew);

    [GeneratedRegex("""
        ^(?:New:\ `(?<new>[^`]+)`|In\ `(?<in>[^`]+)`,\ after\ `(?<after>[^`]+)`:|At\ the\ end\ of\ `(?<end>[^`]+)`:)\n\n```\w+\n(?<text>.*?)^```$
        """, RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Caption();

    [GeneratedRegex("^```\\w+$", RegexOptions.Multiline)]
    private static partial Regex Block();

    public static IReadOnlyList<Step> Steps(string name)
    {
        var text = File.ReadAllText(Path.Combine(Checkout.Root, "docs", "guides", name));
        var steps = Caption().Matches(text).Select(m => new Step(
            First(m, "new", "in", "end"), m.Groups["after"].Success ? m.Groups["after"].Value : null, m.Groups["text"].Value, m.Groups["new"].Success)).ToList();
        steps.Count.ShouldBe(Block().Count(text), $"{name}: each block has a caption that says where it goes");
        return steps;
    }

    /// <summary>Does what a step says under a folder.</summary>
    public static void Follow(string folder, Step step)
    {
        var path = Path.Combine(folder, step.Path);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (step.IsNew)
        {
            File.Exists(path).ShouldBeFalse($"{step.Path} is new");
            File.WriteAllText(path, step.Text);
            return;
        }

        var there = File.ReadAllText(path);
        var at = step.After is { } mark ? there.IndexOf(mark, StringComparison.Ordinal) + mark.Length : there.Length;
        if (step.After is not null) there.ShouldContain(step.After, Case.Sensitive, $"{step.Path} has the place that the guide names");
        var text = step.After is null || step.Text.StartsWith(',') ? step.Text.TrimEnd('\n') + (step.After is null ? "\n" : "") : "\n" + step.Text.TrimEnd('\n');
        File.WriteAllText(path, there.Insert(at, text));
    }

    private static string First(Match match, params string[] names) => names.Select(n => match.Groups[n]).First(g => g.Success).Value;
}
