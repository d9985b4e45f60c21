using System.Text.Json;
using Busker.Flags.Fuzzing;

namespace Busker.Flags.Tests;

public sealed class FuzzTests
{
    private static string[] Lines(ulong seed, int cases)
    {
        using var text = new StringWriter();
        FuzzCases.Write(text, seed, cases);
        return text.ToString().TrimEnd().Split('\n');
    }

    [Fact]
    public void The_same_seed_gives_the_same_cases() => Lines(3, 500).ShouldBe(Lines(3, 500));

    [Fact]
    public void Fuzzed_cases_reach_every_reason_and_none_is_an_error()
    {
        var reasons = Lines(1, 4000).Where(l => l.Contains("\"expect\"", StringComparison.Ordinal))
            .Select(l => JsonDocument.Parse(l).RootElement.GetProperty("expect").GetProperty("reason").GetString()!)
            .CountBy(r => r).ToDictionary();
        reasons.Keys.ShouldBe(["REASON_MATCH", "REASON_NO_MATCH", "REASON_DISABLED", "REASON_PREREQUISITE", "REASON_TARGETING_KEY_ERROR", "REASON_SUSPENDED"], ignoreOrder: true);
        reasons["REASON_MATCH"].ShouldBeGreaterThan(500);
    }
}
