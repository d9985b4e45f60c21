using System.Globalization;
using Busker.Learning.Numbers;
using Busker.Learning.Recommend;

namespace Busker.Learning.Recs;

/// <summary>One generator with its hyper-parameters: how to fit it and what to try next to it.</summary>
public abstract record GeneratorPlan
{
    public abstract string Kind { get; }

    public abstract IGenerator Fit(Interactions data, ulong seed, Lanes lanes);

    /// <summary>The settings one step away on the grid.</summary>
    public abstract IEnumerable<GeneratorPlan> Around();

    /// <summary>The values a step up and a step down from <paramref name="value"/> on an ascending grid.</summary>
    private protected static IEnumerable<float> Steps(float[] grid, float value)
    {
        var at = Array.IndexOf(grid, value);
        if (at > 0) yield return grid[at - 1];
        if (at >= 0 && at < grid.Length - 1) yield return grid[at + 1];
    }

    private protected static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Implicit matrix factorisation; α₀ and λ interact, so the walk goes through both. <paramref name="Fine"/> halves the steps
/// and tries epochs and, where <paramref name="Plays"/> are known, how far they are trusted.</summary>
public sealed record IalsPlan(int Dimensions, float Unobserved, float Regularization, int Epochs = 16, float Confidence = 0, bool Fine = false, bool Plays = false) : GeneratorPlan
{
    private static readonly float[] Coarse = [0.001f, 0.003f, 0.01f, 0.03f, 0.1f, 0.3f, 1f];
    private static readonly float[] Finer = [0.001f, 0.0017f, 0.003f, 0.0055f, 0.01f, 0.017f, 0.03f, 0.055f, 0.1f, 0.17f, 0.3f, 0.55f, 1f];
    private static readonly float[] Rounds = [8, 12, 16, 24, 32];

    /// <summary>How far play counts may be trusted; 0 is not at all.</summary>
    public static IReadOnlyList<float> Trusts { get; } = [0, 0.1f, 0.3f, 0.6f, 1];

    private float[] Grid => Fine ? Finer : Coarse;

    public override string Kind => "iALS";

    public override IGenerator Fit(Interactions data, ulong seed, Lanes lanes) => Ials.Train(data, Settings, seed, lanes);

    public IalsSettings Settings => new(Dimensions, Unobserved, Regularization, Epochs: Epochs) { Confidence = Confidence };

    public override IEnumerable<GeneratorPlan> Around() =>
    [
        .. Steps(Grid, Unobserved).Select(a => this with { Unobserved = a }),
        .. Steps(Grid, Regularization).Select(l => this with { Regularization = l }),
        .. Steps(Grid, Unobserved).Zip(Steps(Grid, Regularization).Reverse()).Select(s => this with { Unobserved = s.First, Regularization = s.Second }),
        .. Fine && Plays ? Steps([.. Trusts], Confidence).Select(c => this with { Confidence = c }) : [],
        .. Fine ? Steps(Rounds, Epochs).Select(e => this with { Epochs = (int)e }) : [],
    ];

    public override string ToString() => Text($"iALS d {Dimensions}, α₀ {Unobserved}, λ {Regularization}, {Epochs} epochs{(Confidence > 0 ? $", α {Confidence}" : "")}");
}

/// <summary>EASE: its ridge, and how far hidden items and busy listeners are evened out.</summary>
public sealed record EasePlan(float Regularization, float Dropout = 0, float Damping = 0) : GeneratorPlan
{
    private static readonly float[] Dropouts = [0, 0.1f, 0.2f, 0.3f, 0.4f, 0.5f];
    private static readonly float[] Dampings = [0, 0.3f, 0.5f, 0.7f, 1, 1.3f];
    private static readonly float[] Grid = [3, 10, 30, 60, 100, 150, 200, 300, 500, 700, 1000, 1500];

    public override string Kind => "EASE";

    public override IGenerator Fit(Interactions data, ulong seed, Lanes lanes) => new Plain(Ease.Train(data.Binary(), Regularization, lanes, Dropout, Damping));

    public override IEnumerable<GeneratorPlan> Around() =>
    [
        .. Steps(Grid, Regularization).Select(l => this with { Regularization = l }),
        .. Steps(Dropouts, Dropout).Select(q => this with { Dropout = q }),
        .. Steps(Dampings, Damping).Select(b => this with { Damping = b }),
    ];

    public override string ToString() => Text($"EASE λ {Regularization}{(Dropout > 0 ? $", q {Dropout}" : "")}{(Damping > 0 ? $", damping {Damping}" : "")}");
}

/// <summary>The three-step random walk, its steps to the power <paramref name="Alpha"/>.</summary>
public sealed record WalkPlan(int Neighbours, float Beta, bool PerTarget, float Alpha = 1) : GeneratorPlan
{
    private static readonly float[] Alphas = [0.5f, 0.6f, 0.7f, 0.8f, 1];
    private static readonly float[] Betas = [0, 0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f, 0.7f];
    private static readonly float[] Sizes = [50, 100, 200, 300, 500, 1000];

    public override string Kind => "RP3β";

    public override IGenerator Fit(Interactions data, ulong seed, Lanes lanes) => new Plain(ItemModel.RandomWalk(data, Neighbours, Beta, PerTarget, Alpha, lanes));

    public override IEnumerable<GeneratorPlan> Around() =>
    [
        .. Steps(Betas, Beta).Select(b => this with { Beta = b }),
        .. Steps(Alphas, Alpha).Select(a => this with { Alpha = a }),
        .. Steps(Sizes, Neighbours).Select(n => this with { Neighbours = (int)n }),
        this with { PerTarget = !PerTarget },
    ];

    public override string ToString() => Text($"RP3β k {Neighbours}, {(Alpha == 1 ? "" : $"α {Alpha}, ")}β {Beta}{(PerTarget ? ", per target" : "")}");
}

/// <summary>Item nearest neighbours.</summary>
public sealed record NeighbourPlan(int Neighbours, float Exponent) : GeneratorPlan
{
    private static readonly float[] Exponents = [0.2f, 0.3f, 0.4f, 0.5f, 0.6f];
    private static readonly float[] Sizes = [20, 50, 100, 200, 400];

    public override string Kind => "item-kNN";

    public override IGenerator Fit(Interactions data, ulong seed, Lanes lanes) => new Plain(ItemModel.NearestNeighbours(data, Neighbours, Exponent, lanes: lanes));

    public override IEnumerable<GeneratorPlan> Around() =>
    [
        .. Steps(Exponents, Exponent).Select(e => this with { Exponent = e }),
        .. Steps(Sizes, Neighbours).Select(n => this with { Neighbours = (int)n }),
    ];

    public override string ToString() => Text($"item-kNN k {Neighbours}, a {Exponent}");
}
