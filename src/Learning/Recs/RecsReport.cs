using System.Globalization;
using Busker.Learning.Evaluate;
using Busker.Learning.Report;

namespace Busker.Learning.Recs;

/// <summary>The study as one self-contained page: table, nDCG by popularity, exposure Lorenz curve, what was tried, cold items, groups.</summary>
public static class RecsReport
{
    public static string Write(RecsStudy study)
    {
        var page = new HtmlPage("Recommendation model").Paragraph($"{study.Set.Name}: {study.Set.Users:N0} listeners, {study.Set.Items:N0} items, "
            + $"{study.Set.TrainAndValidation.Count:N0} pairs to learn from, {study.Set.Test.Count:N0} to find. Everything was chosen on validation and tested once; "
            + "± is 1.96 standard errors over listeners (over groups of lists for coverage, Gini and long tail). The whole catalogue is ranked.");
        page.Paragraph($"Chosen: {study.Trial.Choice}.");
        page.Paragraph($"The split: {SplitCheck.Of(study.Set.TrainAndValidation, study.Set.Test)}.");
        page.Table(Header, study.Trial.Reports.Select(Row));
        page.Heading("Who is found, who is shown").Plot(ByPopularity(study)).Plot(Lorenz(study));
        page.Heading("Choosing").Plot(Tried(study));
        if (study.Trial.Choice.Blends.Count > 0)
            page.Table(["blend", "on validation listeners it was not learnt on"], study.Trial.Choice.Blends.Select(b => (IReadOnlyList<string>)[b.What, Four(b.Score)]));
        Promise(page, study);
        if (study.Cold.Length > 0) page.Heading("Items nobody has heard").Plot(Cold(study));
        if (study.Groups.Length > 0)
            page.Heading("Lists for two").Table(["strategy", "mean nDCG@20", "worse off", "both find something"],
                study.Groups.Select(g => (IReadOnlyList<string>)[g.Rules.Name, g.Mean.ToString(), g.Worst.ToString(), Four(g.Both)]));
        if (study.Time is { } time) Later(page, time);
        page.Paragraph($"Training data {study.Model.Fingerprint}.");
        return page.ToString();
    }

    public static readonly string[] Header = ["model", "Recall@20", "nDCG@20", "nDCG@100", "coverage@20", "Gini@20", "long tail@20"];

    public static IReadOnlyList<string> Row(RankingReport r) =>
        [r.Model, r.Recall20.ToString(), r.Ndcg20.ToString(), r.Ndcg100.ToString(), r.Coverage20.ToString(), r.Gini20.ToString(), r.LongTail20.ToString()];

    private static string ByPopularity(RecsStudy study) => Plot.Lines("nDCG@100 by popularity", "tenth of the items, most heard first", "nDCG@100 of those items",
        [.. study.Trial.Reports.Select(r =>
        {
            int[] tenths = [.. Enumerable.Range(0, r.NdcgByPopularity.Length).Where(t => !double.IsNaN(r.NdcgByPopularity[t]))];
            return new Series(r.Model, [.. tenths.Select(t => t + 1.0)], [.. tenths.Select(t => r.NdcgByPopularity[t])]);
        })]);

    private static string Lorenz(RecsStudy study)
    {
        var series = new List<Series> { new("equal", [0, 1], [0, 1], Dashed: true) };
        void Add(string name, double[] exposure)
        {
            var sorted = exposure.Order().ToArray();
            var (sum, running) = (Math.Max(1, sorted.Sum()), 0.0);
            var shares = Array.ConvertAll(sorted, e => (running += e) / sum);
            int[] points = [.. Enumerable.Range(0, 201).Select(k => (int)((long)k * (shares.Length - 1) / 200))];
            series.Add(new Series(name, [.. points.Select(p => (p + 1.0) / shares.Length)], [.. points.Select(p => shares[p])]));
        }

        Add("popular", study.Trial.Reports[0].Exposure);
        Add("blend", study.Trial.Whole.Exposure);
        Add($"blend, floor {study.Floors.Floor}", study.Floors.ExposureAfter);
        return Plot.Lines("Exposure (Lorenz curve)", "share of the items, least shown first", "share of the places in lists of 20", series);
    }

    private static string Tried(RecsStudy study) => Plot.Bars("On validation: the best of each kind", [.. study.Trial.Choice.Tried
        .GroupBy(t => t.What.Split(' ')[0]).Select(g => g.MaxBy(t => t.Score)).Select(t => new Bar(t.What.Split(',')[0], t.Score))]);

    private static void Promise(HtmlPage page, RecsStudy study)
    {
        var floors = study.Floors;
        page.Heading("A promise to emerging items").Paragraph(
        (floors.Listeners < study.Set.Users ? $"In lists for a sample of {floors.Listeners:N0} of the listeners: each" : "Each") + $" of {floors.Emerging:N0} items of the less heard half is to stand in {floors.Floor} lists: kept for {floors.Met:N0} of them. nDCG@20 {floors.Before} before, {floors.After} after; "
        + string.Create(CultureInfo.InvariantCulture, $"their share of all places {floors.Share.Before:P1} before, {floors.Share.After:P1} after."));
    }

    private static string Cold(RecsStudy study) => Plot.Lines($"{study.ColdItems} items made cold: nDCG@20 among them", "listeners so far", "nDCG@20",
        [new Series("content prior and listeners", [.. study.Cold.Select(c => (double)c.Listeners)], [.. study.Cold.Select(c => c.Ndcg20.Mean)],
            [.. study.Cold.Select(c => c.Ndcg20.Low)], [.. study.Cold.Select(c => c.Ndcg20.High)])]);

    private static void Later(HtmlPage page, TimeStudy time)
    {
        var finite = time.HalfLives.Where(h => double.IsFinite(h.Days)).ToArray();
        page.Heading("What listeners first heard later").Plot(Plot.Lines("Half-life of what is trending, on validation", "days", "nDCG@20",
            [new Series("trending", [.. finite.Select(h => h.Days)], [.. finite.Select(h => h.Ndcg20)])], logX: true));
        page.Paragraph(double.IsFinite(time.HalfLife) ? $"Chosen half-life: {time.HalfLife:0} days." : "Plain popularity was best.");
        page.Table(Header, time.Reports.Select(Row));
    }

    private static string Four(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);
}
