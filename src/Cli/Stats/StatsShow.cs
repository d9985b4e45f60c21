namespace Busker.Cli.Stats;

/// <summary>Each result as text on the terminal and as a page with plots.</summary>
internal static class StatsShow
{
    public static StatsPage Analysis(AnalysisResult result)
    {
        Console.WriteLine(StatsTable.Of(result).Text() + "\n\n" + result.Traffic.Sentence);
        var page = new StatsPage("Experiment analysis");
        foreach (var decision in result.Decisions)
        {
            Console.WriteLine(decision.Sentence);
            page.Verdict(decision.Sentence);
        }

        page.Paragraph($"Rule: {result.Rule}.").Heading("Effects, relative to the control");
        var drawn = result.Effects.Where(r => r.Relative is not null).Select(r => ($"{r.Metric}, {r.Arm}", 100 * r.RelativeLow!.Value, 100 * r.Relative!.Value, 100 * r.RelativeHigh!.Value)).ToArray();
        if (drawn.Length > 0) page.Forest(drawn, "percent");
        page.Table(StatsTable.Of(result)).Heading("Traffic").Paragraph(result.Traffic.Sentence).Table(StatsTable.Of(result.Traffic));
        return Explored(page, result);
    }

    public static StatsPage Design(DesignResult result)
    {
        var (needs, scenarios) = (StatsTable.Of(result), StatsTable.Scenarios(result));
        Console.WriteLine($"{needs.Text()}\n\n{scenarios.Text()}\n\n{result.Sentence}");
        return new StatsPage("Experiment design").Verdict(result.Sentence).Paragraph($"Rule: {result.Rule}.").Table(needs)
            .Heading("Bound on z at each look").Line(result.Bounds, "looks").Heading("The rule tried on simulated truths").Table(scenarios)
            .Forest([.. result.SelfCheck.Select(s => (s.Name.Length > 32 ? s.Name[..31] + "…" : s.Name, 100 * (s.Shipped - (2 * s.Error)), 100 * s.Shipped, 100 * (s.Shipped + (2 * s.Error))))], "percent shipped");
    }

    public static StatsPage Traffic(TrafficResult result)
    {
        var numbers = $"χ² = {StatsTable.Short(result.ChiSquare)}, p = {StatsTable.P(result.PValue)}; always valid p = {StatsTable.P(result.AlwaysValidPValue)}.";
        Console.WriteLine($"{StatsTable.Of(result).Text()}\n\n{numbers}\n{result.Sentence}");
        double total = result.Counts.Sum();
        return new StatsPage("Sample ratio").Verdict(result.Sentence).Paragraph(numbers).Table(StatsTable.Of(result))
            .Heading("Share minus plan").Forest([.. result.Arms.Select((a, i) =>
            {
                var (gap, error) = ((result.Counts[i] / total) - result.Shares[i], 1.96 * Math.Sqrt(result.Shares[i] * (1 - result.Shares[i]) / total));
                return (a, 100 * (gap - error), 100 * gap, 100 * (gap + error));
            })], "percentage points");
    }

    public static StatsPage Bandit(BanditResult result)
    {
        var (arms, effects) = (StatsTable.Of(result), StatsTable.Effects(result));
        Console.WriteLine($"{arms.Text()}\n\n{effects.Text()}\n\n{result.Sentence}");
        return new StatsPage("Bandit").Verdict(result.Sentence).Table(arms).Heading("Effects, by the batched estimator").Table(effects);
    }

    private static StatsPage Explored(StatsPage page, AnalysisResult result)
    {
        if (result.Posteriors is { } posteriors) Put(page.Heading("Posteriors, flat priors"), StatsTable.Of(posteriors), null);
        foreach (var row in result.Breakdowns ?? [])
        {
            Put(page.Heading($"{row.Metric}, {row.Arm}, by {row.By}"), StatsTable.Of(row), row.Sentence);
            page.Forest([.. row.Values.Select(v => (v.Name, v.Low, v.Effect, v.High))], $"effect on {row.Metric}");
        }

        foreach (var row in result.Interactions ?? [])
        {
            Console.WriteLine("\n" + row.Sentence);
            page.Heading($"{row.Metric} and {row.With}").Paragraph(row.Sentence);
        }

        if (result.OpenWindow is { } looks) Put(page.Heading("Open window, bounds for all looks together"), StatsTable.Of(looks), null);
        return page;
    }

    private static void Put(StatsPage page, StatsTable table, string? sentence)
    {
        Console.WriteLine($"\n{table.Text()}{(sentence is null ? "" : "\n" + sentence)}");
        if (sentence is not null) page.Paragraph(sentence);
        page.Table(table);
    }
}
