namespace Busker.Learning.Evaluate;

/// <summary>What full-catalogue ranking came to: accuracy per listener and exposure over the lists of 20.</summary>
/// <param name="Coverage20">Share of the catalogue in someone's list.</param>
/// <param name="Gini20">Of how often items stood in lists: 0 equal, towards 1 all on few.</param>
/// <param name="LongTail20">Share of places given to items outside the 20 % most heard.</param>
public sealed record RankingReport(
    string Model, int Listeners, Estimate Recall20, Estimate Recall50, Estimate TruncatedRecall20, Estimate Ndcg10, Estimate Ndcg20, Estimate Ndcg100,
    Estimate Coverage20, Estimate Gini20, Estimate LongTail20)
{
    /// <summary>nDCG@100 of each listener, in order, for paired comparisons.</summary>
    public double[] PerListener { get; init; } = [];

    /// <summary>How often each item stood in a list of 20.</summary>
    public double[] Exposure { get; init; } = [];

    /// <summary>
    /// nDCG@100 by tenths of the items, most heard first: the mean over listeners with a held-out item of the tenth, only those items counted
    /// (<see cref="RankingMetrics.NdcgByPart"/>). NaN where nothing was held out.
    /// </summary>
    public double[] NdcgByPopularity { get; init; } = [];
}
