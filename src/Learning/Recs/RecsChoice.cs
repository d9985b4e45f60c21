using Busker.Kernel;
using Busker.Learning.Numbers;
using Busker.Learning.Recommend;

namespace Busker.Learning.Recs;

/// <summary>
/// What validation chose: each generator's settings, how their scores are put together, and what each came to there.
/// </summary>
/// <param name="Plans">One per part, in the order of the weights.</param>
/// <param name="Weights">Of the standardised scores.</param>
/// <param name="Learned">The learnt blend when it was better than the weighted sum, else null.</param>
public sealed record RecsChoice(IReadOnlyList<GeneratorPlan> Plans, float[] Weights, LearnedBlend? Learned)
{
    /// <summary>Score on validation by name of plan or blend, as tried.</summary>
    public required IReadOnlyList<(string What, double Score)> Tried { get; init; }

    /// <summary>Of the weighted sum on validation.</summary>
    public double Score { get; init; }

    /// <summary>Learnt blends against the weighted sum on validation listeners they were not learnt on.</summary>
    public IReadOnlyList<(string What, double Score)> Blends { get; init; } = [];

    /// <summary>How many equal plans stand before this one; each repeat is fitted from a seed of its own, so that their sum is steadier.</summary>
    internal static ulong Repeat(IReadOnlyList<GeneratorPlan> plans, int at) => (ulong)plans.Take(at).Count(p => p == plans[at]);

    /// <summary>For each plan the first that equals it: repeats stand in a blend with one weight together.</summary>
    internal static int[] Alike(IReadOnlyList<GeneratorPlan> plans) => [.. plans.Select(p => plans.TakeWhile(other => other != p).Count())];

    /// <summary>Fits every part that has a weight on the given histories.</summary>
    public RecsModel Fit(Interactions data, ulong seed, Lanes lanes, Action<string, double>? progress = null)
    {
        var used = Enumerable.Range(0, Plans.Count).Where(p => Learned is not null || Weights[p] != 0).ToArray();
        var parts = new IGenerator[used.Length];
        for (var k = 0; k < used.Length; k++)
        {
            progress?.Invoke($"fitting {Plans[used[k]].Kind}", k / (double)used.Length);
            parts[k] = Plans[used[k]].Fit(data, seed + Repeat(Plans, used[k]), lanes);
        }

        return new RecsModel(parts, [.. used.Select(p => Weights[p])], Learned?.WithPopularity(data.Popularity()), data.Popularity());
    }

    public override string ToString() =>
        string.Join("; ", Plans.Zip(Weights).Where(p => p.Second != 0).Select(p => FormattableString.Invariant($"{p.Second} × {p.First}")))
        + (Learned is null ? "" : $"; {Learned.Kind}");
}
