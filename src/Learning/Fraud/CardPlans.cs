using Busker.Learning.Features;
using Busker.Learning.Numbers;

namespace Busker.Learning.Fraud;

/// <summary>The feature plans for card sets: the handbook's fifteen, and those with more of the past.</summary>
public static class CardPlans
{
    private static readonly string[] Entities = ["customer", "terminal"];

    /// <summary>The fifteen published features with the published names and semantics.</summary>
    public static VelocityPlan Book { get; } = VelocityPlan.Of(Entities, BookFeatures()).Value;

    /// <summary>The fifteen and, beside them, ratios to the customer's own past and known frauds of terminal and customer.</summary>
    public static VelocityPlan Own { get; } = VelocityPlan.Of(Entities, [.. BookFeatures(), .. OwnFeatures()]).Value;

    /// <summary>
    /// Rows of a replay of <see cref="Own"/> whose card was not known to be compromised of late when it paid. Others are stopped
    /// without a model, and the test leaves them out, so they are not trained on.
    /// </summary>
    public static bool[] Scorable(Table own) => Array.ConvertAll(own.Columns[own.IndexOf("customer_frauds_14d")], frauds => frauds == 0);

    private static List<VelocityFeature> BookFeatures()
    {
        List<VelocityFeature> features =
        [
            new("TX_AMOUNT", Measure.Amount),
            new("TX_DURING_WEEKEND", Measure.Weekend),
            new("TX_DURING_NIGHT", Measure.Night),
        ];
        foreach (var days in new[] { 1, 7, 30 })
        {
            features.Add(new($"CUSTOMER_ID_NB_TX_{days}DAY_WINDOW", Measure.Count, "customer", days * VelocityPlan.Day) { WithCurrent = true });
            features.Add(new($"CUSTOMER_ID_AVG_AMOUNT_{days}DAY_WINDOW", Measure.Mean, "customer", days * VelocityPlan.Day) { WithCurrent = true });
        }

        foreach (var days in new[] { 1, 7, 30 })
        {
            features.Add(new($"TERMINAL_ID_NB_TX_{days}DAY_WINDOW", Measure.Count, "terminal", days * VelocityPlan.Day) { Delay = CardSet.LabelDelay });
            features.Add(new($"TERMINAL_ID_RISK_{days}DAY_WINDOW", Measure.Risk, "terminal", days * VelocityPlan.Day) { Delay = CardSet.LabelDelay });
        }

        return features;
    }

    private static List<VelocityFeature> OwnFeatures()
    {
        var features = new List<VelocityFeature>();
        foreach (var days in new[] { 7, 30, 60 })
        {
            features.Add(new($"customer_amount_ratio_{days}d", Measure.AmountRatio, "customer", days * VelocityPlan.Day));
            features.Add(new($"customer_amount_z_{days}d", Measure.AmountZ, "customer", days * VelocityPlan.Day));
        }

        foreach (var days in new[] { 1, 3, 7, 14, 21, 28 })
        {
            features.Add(new($"terminal_frauds_{days}d", Measure.KnownFrauds, "terminal", days * VelocityPlan.Day) { Delay = CardSet.LabelDelay });
            if (days is not (1 or 7)) features.Add(new($"terminal_count_{days}d", Measure.Count, "terminal", days * VelocityPlan.Day) { Delay = CardSet.LabelDelay });
        }

        foreach (var days in new[] { 7, 14, 28 })
        {
            features.Add(new($"customer_frauds_{days}d", Measure.KnownFrauds, "customer", days * VelocityPlan.Day) { Delay = CardSet.LabelDelay });
        }

        Outliers(features);
        Runs(features);
        features.Add(new("terminal_risk_28d_smooth", Measure.Risk, "terminal", 28 * VelocityPlan.Day) { Delay = CardSet.LabelDelay, Strength = 10, Prior = 0.01 });
        features.Add(new("terminal_days_since_fraud", Measure.DaysSinceKnownFraud, "terminal"));
        features.Add(new("terminal_days_since_first_fraud", Measure.DaysSinceFirstKnownFraud, "terminal", 35 * VelocityPlan.Day));
        features.Add(new("terminal_frauds_total", Measure.TotalKnownFrauds, "terminal"));
        features.Add(new("terminal_total", Measure.TotalCount, "terminal"));
        features.Add(new("hour", Measure.HourOfDay));
        return features;
    }

    /// <summary>A stolen card buys for several times its owner's usual amount, and does so again: seen without any label.</summary>
    private static void Outliers(List<VelocityFeature> features)
    {
        features.Add(new("customer_median_ratio", Measure.MedianRatio, "customer", 60 * VelocityPlan.Day));
        features.Add(new("customer_median_rank", Measure.MedianRank, "customer", 60 * VelocityPlan.Day));
        features.Add(new("customer_largest_ratio_14d", Measure.LargestRatio, "customer", 14 * VelocityPlan.Day));
        foreach (var days in new[] { 1, 3, 7, 14 })
        {
            features.Add(new($"customer_outliers_{days}d", Measure.Outliers, "customer", days * VelocityPlan.Day) { Strength = 2.5 });
        }
    }

    /// <summary>A taken terminal has nothing but frauds since; a single stolen card leaves good payments around its own.</summary>
    private static void Runs(List<VelocityFeature> features)
    {
        features.Add(new("terminal_fraud_run", Measure.FraudRun, "terminal", 35 * VelocityPlan.Day) { Delay = CardSet.LabelDelay });
        features.Add(new("terminal_days_since_run", Measure.DaysSinceRun, "terminal", 35 * VelocityPlan.Day) { Delay = CardSet.LabelDelay });
        features.Add(new("terminal_days_since_good", Measure.DaysSinceGood, "terminal", 35 * VelocityPlan.Day) { Delay = CardSet.LabelDelay });
    }
}
