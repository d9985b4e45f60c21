using Busker.Catalog.V1;
using Busker.Kernel;

namespace Busker.Catalog.Compiled;

/// <summary>
/// How the values of a base plan and its add-ons become one. Every law is commutative and associative, so the order of
/// add-ons never matters; MAX and MIN are idempotent too.
/// </summary>
internal static class MergeLaw
{
    public static Cell Apply(Feature.Types.Merge law, Cell left, Cell right)
    {
        var number = law switch
        {
            Feature.Types.Merge.Max => Math.Max(left.Number, right.Number),
            Feature.Types.Merge.Min => Math.Min(left.Number, right.Number),
            Feature.Types.Merge.Sum => Sum(left.Number, right.Number),
            _ => throw new InvariantException($"unknown merge law {law}"),
        };
        return left.Cap is null ? new Cell(number) : new Cell(number, Rule(number, left.Cap, right.Cap!));
    }

    /// <summary>Adds and stays at the largest or smallest number rather than wrap: unlimited absorbs.</summary>
    private static long Sum(long left, long right)
    {
        if (left == CapRule.Unlimited || right == CapRule.Unlimited) return CapRule.Unlimited;
        var sum = (Int128)left + right;
        return sum > long.MaxValue - 1 ? long.MaxValue - 1 : sum < long.MinValue ? long.MinValue : (long)sum;
    }

    /// <summary>
    /// Limited caps above zero that meet here share a window: a document is refused otherwise. So the larger one's window is
    /// the window; none of nothing is counted in any.
    /// </summary>
    private static CapRule Rule(long limit, CapRule left, CapRule right)
    {
        if (limit == CapRule.Unlimited) return CapRule.None;
        var window = limit == 0 ? WindowRule.OfNothing : Counted(left) >= Counted(right) ? left.Window : right.Window;
        var variant = left.Variant is null || (right.Variant is not null && string.CompareOrdinal(right.Variant, left.Variant) < 0)
            ? right.Variant
            : left.Variant;
        return new CapRule(limit, window, variant);
    }

    private static long Counted(CapRule rule) => rule.IsUnlimited ? -1 : rule.Limit;
}
