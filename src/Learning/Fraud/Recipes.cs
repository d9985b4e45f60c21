using System.Globalization;
using Busker.Learning.Trees;

namespace Busker.Learning.Fraud;

/// <summary>What is tried on validation folds.</summary>
internal static class Recipes
{
    public static string Text(BoostOptions o) => string.Create(CultureInfo.InvariantCulture,
        $"depth {o.MaxDepth}; {o.Trees} trees; rate {o.LearningRate}; L2 {o.L2}; columns {o.ColumnFraction}; rows {o.RowFraction}; quantiles {o.QuantileShare}");

    /// <summary>A week of training, fifteen columns: small trees, nothing drawn at random.</summary>
    public static BoostOptions[] Book { get; } =
    [
        new() { MaxDepth = 3, MaxLeaves = 8, Trees = 100, LearningRate = 0.1, MinRows = 1, MinHessian = 1 },
        new() { MaxDepth = 4, MaxLeaves = 16, Trees = 100, LearningRate = 0.1, MinRows = 1, MinHessian = 1 },
        new() { MaxDepth = 4, MaxLeaves = 16, Trees = 200, LearningRate = 0.05, MinRows = 1, MinHessian = 1 },
        new() { MaxDepth = 4, MaxLeaves = 16, Trees = 200, LearningRate = 0.05, MinRows = 1, MinHessian = 1, QuantileShare = 0.25 },
        new() { MaxDepth = 5, MaxLeaves = 24, Trees = 200, LearningRate = 0.05, MinRows = 1, MinHessian = 1, L2 = 5 },
    ];

    /// <summary>Four weeks and many related columns: each tree sees a third of them.</summary>
    public static BoostOptions[] Own { get; } =
    [
        Sampled(4, 150),
        Sampled(4, 250) with { LearningRate = 0.03, QuantileShare = 0.25 },
        Sampled(5, 500) with { LearningRate = 0.015, QuantileShare = 0.25 },
    ];

    public static BoostOptions[] Sparkov { get; } =
    [
        Sampled(4, 300) with { LearningRate = 0.08, ColumnFraction = 0.5, RowFraction = 0.8, Categorical = ["category"] },
        Sampled(6, 300) with { LearningRate = 0.06, MaxLeaves = 31, ColumnFraction = 0.5, RowFraction = 0.8, Categorical = ["category"] },
    ];

    private static BoostOptions Sampled(int depth, int trees) => new()
    {
        MaxDepth = depth, MaxLeaves = 1 << depth, Trees = trees, LearningRate = 0.05, MinRows = 20, MinHessian = 0.5, L2 = 5, ColumnFraction = 0.3, RowFraction = 0.7,
    };
}
