using Busker.Learning.Features;

namespace Busker.Learning.Fraud;

/// <summary>Features for Sparkov payments: what the payment says of itself, and what the past of card and category adds.</summary>
public static class SparkovPlans
{
    private const long Hour = 3600, Day = VelocityPlan.Day;

    public static VelocityPlan Plain { get; } = VelocityPlan.Of(SparkovSet.Entities, [.. Own()]).Value;

    public static VelocityPlan Past { get; } = VelocityPlan.Of(SparkovSet.Entities, [.. Own(), .. Card(), .. Category()]).Value;

    private static VelocityFeature[] Own() => [new("amount", Measure.Amount), new("hour", Measure.HourOfDay), new("weekend", Measure.Weekend)];

    private static IEnumerable<VelocityFeature> Card()
    {
        foreach (var (hours, name) in new[] { (1, "1h"), (6, "6h"), (24, "1d"), (72, "3d") })
        {
            yield return new($"card_count_{name}", Measure.Count, "card", hours * Hour);
            yield return new($"card_at_night_count_{name}", Measure.Count, "card_at_night", hours * Hour);
        }

        foreach (var days in new[] { 1, 2, 4 })
        {
            yield return new($"card_outliers_{days}d", Measure.Outliers, "card", days * Day) { Strength = 4 };
            yield return new($"card_largest_{days}d", Measure.LargestRatio, "card", days * Day);
            yield return new($"card_sum_{days}d", Measure.Sum, "card", days * Day);
        }

        yield return new("card_pace_1d", Measure.CountRatio, "card", Day);
        yield return new("card_amount_halved_12h", Measure.DecayedMean, "card", 12 * Hour);
        yield return new("card_days_since_last", Measure.DaysSinceLast, "card");
        yield return new("card_median_ratio", Measure.MedianRatio, "card", 60 * Day);
        yield return new("card_amount_z_30d", Measure.AmountZ, "card", 30 * Day);
        yield return new("card_categories_1d", Measure.Distinct, "card", Day) { Other = "category" };
    }

    private static IEnumerable<VelocityFeature> Category()
    {
        yield return new("card_category_median_ratio", Measure.MedianRatio, "card_category", 90 * Day);
        yield return new("card_category_rank", Measure.MedianRank, "card_category", 90 * Day);
        yield return new("card_category_count_1d", Measure.Count, "card_category", Day);
        yield return new("card_category_outliers_2d", Measure.Outliers, "card_category", 2 * Day) { Strength = 2.5 };
        yield return new("card_category_days_since_last", Measure.DaysSinceLast, "card_category");
        yield return new("category_amount_z_7d", Measure.AmountZ, "category", 7 * Day);
        yield return new("category_risk_30d", Measure.Risk, "category", 30 * Day) { Delay = CardSet.LabelDelay, Strength = 50, Prior = 0.02 };
        yield return new("merchant_risk_30d", Measure.Risk, "merchant", 30 * Day) { Delay = CardSet.LabelDelay, Strength = 20, Prior = 0.02 };
    }
}
