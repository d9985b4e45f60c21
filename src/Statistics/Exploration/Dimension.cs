using Busker.Kernel;
using Busker.Statistics.Effects;
using Busker.Statistics.Multiplicity;
using Busker.Statistics.Numerics;

namespace Busker.Statistics.Exploration;

/// <summary>One value of a dimension (a country, a plan): its effect as measured, corrected, and drawn towards the rest.</summary>
public sealed record Segment(string Name, Estimate Effect, double AdjustedPValue, Interval Interval, double Shrunken);

/// <summary>
/// A dimension's breakdown with honest correction: p-values adjusted over all its values (and all other breakdowns looked at), intervals that hold
/// together (Šidák), Cochran's Q test of whether the effect differs at all, and effects shrunk by the between-segment variance of DerSimonian and Laird
/// (1986), because the most extreme of many segments is mostly luck.
/// </summary>
public sealed record Dimension(Segment[] Segments, double HeterogeneityPValue, double BetweenVariance, Estimate Common)
{
    /// <param name="effects">Independent effects, one per value.</param>
    /// <param name="alpha">For all values together.</param>
    /// <param name="method">How p-values are adjusted.</param>
    /// <param name="alsoLookedAt">Other breakdowns' hypotheses of this analysis, which count too.</param>
    public static Result<Dimension> Of(
        IReadOnlyList<(string Name, Estimate Effect)> effects, double alpha = 0.05, CorrectionMethod method = CorrectionMethod.Holm, int alsoLookedAt = 0)
    {
        if (effects.Count < 2) return Refusals.Wrong("dimension", "A dimension needs at least two values to compare.");
        if (Refusals.Open("alpha", alpha) is { } fault) return fault;
        if (effects.FirstOrDefault(e => !(e.Effect.StandardError > 0)) is { Name: { } name }) return Refusals.NoVariance(name);
        var p = effects.Select(e => e.Effect.PValue()).Concat(Enumerable.Repeat(1.0, alsoLookedAt)).ToArray();
        var adjusted = Correction.Adjust(p, method, alpha);
        if (adjusted.Fault is { } wrong) return wrong;
        var weights = effects.Select(e => 1 / (e.Effect.StandardError * e.Effect.StandardError)).ToArray();
        var (sum, squares) = (weights.Sum(), weights.Sum(w => w * w));
        var common = effects.Zip(weights, (e, w) => w * e.Effect.Value).Sum() / sum;
        var q = effects.Zip(weights, (e, w) => w * (e.Effect.Value - common) * (e.Effect.Value - common)).Sum();
        var between = Math.Max(0, (q - (effects.Count - 1)) / (sum - (squares / sum)));
        var each = -double.ExpM1(double.LogP1(-alpha) / p.Length);
        var segments = effects.Select((e, i) => new Segment(e.Name, e.Effect, adjusted.Value[i], e.Effect.Interval(each),
            common + ((e.Effect.Value - common) * between / (between + (1 / weights[i])))));
        return new Dimension([.. segments], ChiSquare.Upper(q, effects.Count - 1), between,
            new Estimate(common, 1 / Math.Sqrt(sum), double.PositiveInfinity));
    }

    /// <summary>What may be said of the breakdown.</summary>
    public string Sentence(double alpha = 0.05)
    {
        var moved = Segments.Where(s => s.AdjustedPValue < alpha).Select(s => s.Name).ToArray();
        var differ = HeterogeneityPValue < alpha
            ? $"The effect differs between the {Segments.Length} values (p = {HeterogeneityPValue:0.####})."
            : $"Nothing shows that the effect differs between the {Segments.Length} values (p = {HeterogeneityPValue:0.##}).";
        return moved.Length == 0
            ? $"{differ} No single value shows an effect after correction."
            : $"{differ} After correction an effect shows in: {string.Join(", ", moved)}.";
    }
}
