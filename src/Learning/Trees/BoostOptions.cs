namespace Busker.Learning.Trees;

/// <summary>What the trees are fitted to. Labels: 0 … 1, any number, counts ≥ 0, grades 0 … 30.</summary>
public enum Loss
{
    Logistic,
    Squared,
    Poisson,
    LambdaMart,
}

/// <summary>Which leaf is split next: the one that gains most, or the shallowest.</summary>
public enum Growth
{
    LeafWise,
    DepthWise,
}

/// <summary>
/// Where a numeric column is cut. Quantiles alone leave a heavy tail one to three bins, and rare events live in the
/// tail: <see cref="Mixed"/> spends half of the cuts at equal widths over the range.
/// </summary>
public enum Cuts
{
    Quantile,
    Mixed,
}

/// <summary>What early stopping watches on the validation rows.</summary>
public enum StopOn
{
    Loss,
    Auc,
    AveragePrecision,
}

/// <summary>Settings of a boosted model. Defaults suit a few hundred positives among ten thousands of rows.</summary>
public sealed record BoostOptions
{
    /// <summary>What is made small.</summary>
    public Loss Loss { get; init; } = Loss.Logistic;

    /// <summary>Trees at most.</summary>
    public int Trees { get; init; } = 100;

    /// <summary>Share of a leaf's best value that is taken.</summary>
    public double LearningRate { get; init; } = 0.1;

    /// <summary>Which leaf is split next.</summary>
    public Growth Growth { get; init; } = Growth.LeafWise;

    /// <summary>Leaves of a tree at most.</summary>
    public int MaxLeaves { get; init; } = 31;

    /// <summary>0 = unlimited.</summary>
    public int MaxDepth { get; init; }

    /// <summary>Rows of a leaf at least.</summary>
    public int MinRows { get; init; } = 20;

    /// <summary>Sum of second derivatives of a leaf at least.</summary>
    public double MinHessian { get; init; } = 1e-3;

    /// <summary>Soft threshold of a leaf's gradient.</summary>
    public double L1 { get; init; }

    /// <summary>Added to a leaf's second derivatives.</summary>
    public double L2 { get; init; } = 1;

    /// <summary>Loss that a split must save.</summary>
    public double MinGain { get; init; }

    /// <summary>Bound on a leaf's raw step before the learning rate; 0 = none. Steadies rare positives.</summary>
    public double MaxStep { get; init; }

    /// <summary>How columns are cut into bins.</summary>
    public Cuts Cuts { get; init; } = Cuts.Mixed;

    /// <summary>Share of the mixed cuts that are quantiles; the others have equal widths. Less of it resolves a longer tail.</summary>
    public double QuantileShare { get; init; } = 0.5;

    /// <summary>Bins for values, 2 … 255; missing has one more.</summary>
    public int MaxBins { get; init; } = 255;

    /// <summary>Share of rows drawn, without replacement, for each tree.</summary>
    public double RowFraction { get; init; } = 1;

    /// <summary>Gradient-based sampling: keep the share <see cref="TopFraction"/> with the largest |gradient| and
    /// <see cref="OtherFraction"/> of all rows from the rest, weighted up so that sums stay unbiased. 0 = off.</summary>
    public double TopFraction { get; init; }

    /// <summary>Of the rows with small gradients, the share that is drawn (and weighted up).</summary>
    public double OtherFraction { get; init; } = 0.1;

    /// <summary>Share of the columns that a tree may use.</summary>
    public double ColumnFraction { get; init; } = 1;

    /// <summary>Share of those that a node may use.</summary>
    public double ColumnFractionPerNode { get; init; } = 1;

    /// <summary>Multiplies the weight of labels above one half. Spoils calibration: see <c>Decide.PriorShift</c>.</summary>
    public double PositiveWeight { get; init; } = 1;

    /// <summary>Column name → +1 (never falls) or −1 (never rises).</summary>
    public IReadOnlyDictionary<string, int> Monotone { get; init; } = new Dictionary<string, int>();

    /// <summary>Sets of columns that may meet on one path. Empty = all may. A column in no set stands alone.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Interactions { get; init; } = [];

    /// <summary>Columns holding category codes (integers ≥ 0), split by set.</summary>
    public IReadOnlyList<string> Categorical { get; init; } = [];

    /// <summary>Stop after this many trees without a better validation score, and keep the best; 0 = never.</summary>
    public int Patience { get; init; }

    /// <summary>What early stopping watches.</summary>
    public StopOn StopOn { get; init; } = StopOn.Loss;

    /// <summary>LambdaMART looks at pairs with at least one member among the first so many.</summary>
    public int RankDepth { get; init; } = 30;

    /// <summary>Of row and column sampling.</summary>
    public ulong Seed { get; init; } = 1;
}
