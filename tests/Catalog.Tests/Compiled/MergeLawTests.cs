using Busker.Catalog.Compiled;
using Busker.Catalog.V1;
using FsCheck;
using FsCheck.Fluent;

namespace Busker.Catalog.Tests.Compiled;

public sealed class MergeLawTests
{
    private static readonly Feature.Types.Merge[] Laws = [Feature.Types.Merge.Max, Feature.Types.Merge.Min, Feature.Types.Merge.Sum];
    private static readonly WindowRule Month = new(Window.Types.Kind.Billing, Window.Types.Unit.Month, 1);

    [Fact]
    public void Order_and_grouping_never_matter() =>
        Check.QuickThrowOnFailure(Prop.ForAll(Cells().Three().ToArbitrary(), t =>
        {
            var (a, b, c) = t;
            foreach (var law in Laws)
            {
                MergeLaw.Apply(law, a, b).ShouldBe(MergeLaw.Apply(law, b, a));
                MergeLaw.Apply(law, MergeLaw.Apply(law, a, b), c).ShouldBe(MergeLaw.Apply(law, a, MergeLaw.Apply(law, b, c)));
            }
        }));

    [Fact]
    public void The_largest_and_the_smallest_leave_equal_values_alone() =>
        Check.QuickThrowOnFailure(Prop.ForAll(Cells().ToArbitrary(), a =>
        {
            MergeLaw.Apply(Feature.Types.Merge.Max, a, a).ShouldBe(a);
            MergeLaw.Apply(Feature.Types.Merge.Min, a, a).ShouldBe(a);
        }));

    [Fact]
    public void Unlimited_absorbs_a_sum() =>
        MergeLaw.Apply(Feature.Types.Merge.Sum, Cap(5, null), new Cell(CapRule.Unlimited, CapRule.None)).ShouldBe(new Cell(CapRule.Unlimited, CapRule.None));

    [Fact]
    public void A_sum_stays_below_unlimited() =>
        MergeLaw.Apply(Feature.Types.Merge.Sum, Cap(long.MaxValue - 1, null), Cap(5, null)).Number.ShouldBe(long.MaxValue - 1);

    private static Cell Cap(long limit, string? variant) =>
        new(limit, new CapRule(limit, limit == 0 ? WindowRule.OfNothing : Month, variant));

    /// <summary>Caps as they meet in one feature: of one window, unlimited, or none at all.</summary>
    private static Gen<Cell> Cells() => Gen.OneOf(
        Gen.Constant(new Cell(CapRule.Unlimited, CapRule.None)),
        Gen.Choose(0, 50).SelectMany(n => Gen.Elements(null, "a", "b").Select(v => Cap(n, v))));
}
