using System.Text.Json;
using Busker.Flags.Fuzzing;

namespace Busker.Flags.Tests;

public sealed class FuzzTests
{
    private static string[] Lines(ulong seed, int cases, int casesPerState = 100)
    {
        using var text = new StringWriter();
        FuzzCases.Write(text, seed, cases, casesPerState);
        return text.ToString().TrimEnd().Split('\n');
    }

    [Fact]
    public void The_same_seed_gives_the_same_cases() => Lines(3, 500).ShouldBe(Lines(3, 500));

    [Fact]
    public void Fuzzed_cases_reach_every_reason_and_only_the_shipped_engine_fails()
    {
        var cases = Lines(1, 4000).Where(l => l.Contains("\"expect\"", StringComparison.Ordinal)).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        var reasons = cases.SelectMany(Reasons).CountBy(r => r).ToDictionary();
        reasons.Keys.ShouldBe(["REASON_MATCH", "REASON_NO_MATCH", "REASON_DISABLED", "REASON_PREREQUISITE", "REASON_TARGETING_KEY_ERROR", "REASON_SUSPENDED", "REASON_ERROR"], ignoreOrder: true);
        reasons["REASON_MATCH"].ShouldBeGreaterThan(500);
        cases.Where(c => Reasons(c).Contains("REASON_ERROR")).ShouldAllBe(c => c.GetProperty("failure").GetString()!.EndsWith(" is not a number"));
    }

    [Fact]
    public void Damaged_states_are_refused_and_some_damage_does_not_matter()
    {
        var messages = Lines(2, 300, 1).Where(l => l.Contains("\"broken\"", StringComparison.Ordinal)).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("message").GetString()!).ToList();
        messages.Count(m => m.Length > 0).ShouldBeInRange(60, 240);
        messages.Distinct().Count().ShouldBeGreaterThan(50);
    }

    private static IEnumerable<string> Reasons(JsonElement line) => line.GetProperty("expect").EnumerateArray().Select(a => a.GetProperty("reason").GetString()!);
}
