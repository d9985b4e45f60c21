using Spectre.Console;

namespace Busker.Cli.Demo;

/// <summary>The table at the end of a replay.</summary>
internal static class DemoSummary
{
    private static readonly (Tier Tier, string Name)[] Tiers = [(Tier.Free, "free"), (Tier.MidTier, "mid-tier"), (Tier.Premium, "premium")];

    public static void Print(Tally tally, int planned, TimeSpan took)
    {
        var table = new Table().AddColumn("tier");
        foreach (var name in (string[])["plays", "let through", "switched to shuffle", "capped", "skips refused"]) table.AddColumn(new TableColumn(name).RightAligned());
        foreach (var (tier, name) in Tiers) Row(table, name, [tier], tally);
        Row(table, "all", [.. Tiers.Select(t => t.Tier)], tally);
        AnsiConsole.Write(table);
        Console.WriteLine($"{tally.Plays:N0} of {planned:N0} plays in {took.TotalSeconds:0.0} s, "
            + $"{tally.Calls:N0} calls, {tally.Calls / Math.Max(took.TotalSeconds, 1e-3):N0} calls/s, p50 {tally.Quantile(.5):0.0} ms, p99 {tally.Quantile(.99):0.0} ms");
        Console.WriteLine("Caps count by the clock of the product, so a replayed week is counted as of today.");
    }

    private static void Row(Table table, string name, Tier[] tiers, Tally tally)
    {
        long Sum(Verdict verdict) => tiers.Sum(t => tally.Of(t, verdict));
        var (let, switched, capped) = (Sum(Verdict.LetThrough), Sum(Verdict.Switched), Sum(Verdict.Capped));
        table.AddRow(name, $"{let + switched + capped:N0}", $"{let:N0}", $"{switched:N0}", $"{capped:N0}", $"{tiers.Sum(tally.SkipsRefused):N0}");
    }
}
