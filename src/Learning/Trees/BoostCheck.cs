using Busker.Kernel;

namespace Busker.Learning.Trees;

/// <summary>What a fit refuses, in one sentence naming row and column.</summary>
internal static class BoostCheck
{
    public static Fault? Fault(Examples examples, BoostOptions options) =>
        examples.Rows > Gradients.MaxRows
            ? Bad($"{examples.Rows} rows are more than {Gradients.MaxRows}; sample them first")
            : Settings(options) ?? Columns(examples, options) ?? Labels(examples, options);

    public static Fault Bad(string message, string? field = null) => new(Code.InvalidArgument, "LEARNING_BAD_EXAMPLES", message, field);

    private static Fault? Settings(BoostOptions options)
    {
        if (options.Trees < 1) return Bad($"trees is {options.Trees}; it must be at least 1", "trees");
        if (options.MaxLeaves < 2) return Bad($"max_leaves is {options.MaxLeaves}; it must be at least 2", "max_leaves");
        if (options.MaxBins is < 2 or > 255) return Bad($"max_bins is {options.MaxBins}; it must be 2 to 255", "max_bins");
        if (options.LearningRate is not (> 0 and <= 1)) return Bad($"learning_rate is {options.LearningRate}; it must be above 0 and at most 1", "learning_rate");
        if (options.L1 < 0 || options.L2 < 0) return Bad("l1 and l2 must not be negative", "l2");
        if (options.RowFraction is not (> 0 and <= 1)) return Bad($"row_fraction is {options.RowFraction}; it must be above 0 and at most 1", "row_fraction");
        if (options.QuantileShare is not (>= 0 and < 1)) return Bad($"quantile_share is {options.QuantileShare}; it must be at least 0 and below 1", "quantile_share");
        return options.TopFraction < 0 || options.TopFraction + options.OtherFraction > 1
            ? Bad("top_fraction and other_fraction must be shares that sum to at most 1", "top_fraction")
            : null;
    }

    private static Fault? Columns(Examples examples, BoostOptions options)
    {
        var named = options.Monotone.Keys.Concat(options.Categorical).Concat(options.Interactions.SelectMany(g => g));
        foreach (var name in named)
        {
            if (examples.Table.Column(name) is { Fault: { } fault }) return fault;
        }

        foreach (var name in options.Categorical)
        {
            if (options.Monotone.GetValueOrDefault(name) != 0) return Bad($"column {name} cannot be categorical and monotone", name);
            var column = examples.Table.Column(name).Value;
            var row = Array.FindIndex(column, v => !double.IsNaN(v) && (v < 0 || v >= int.MaxValue || v != Math.Floor(v)));
            if (row >= 0) return Bad($"row {row + 1}, column {name}: {column[row]} is not a category code (a whole number from 0)", name);
        }

        return null;
    }

    private static Fault? Labels(Examples examples, BoostOptions options)
    {
        var labels = examples.Labels;
        switch (options.Loss)
        {
            case Loss.Logistic:
                if (First(labels, y => y is < 0 or > 1) is { } outside) return Label(outside, labels, "is not between 0 and 1");
                double positive = 0, negative = 0;
                for (var r = 0; r < labels.Length; r++)
                {
                    positive += (examples.Weights?[r] ?? 1) * labels[r];
                    negative += (examples.Weights?[r] ?? 1) * (1 - labels[r]);
                }

                return positive <= 0 || negative <= 0
                    ? Bad($"column label: all {labels.Length} rows are of one class ({labels[0]}); two are needed", "label")
                    : null;
            case Loss.Poisson:
                if (First(labels, y => y < 0) is { } below) return Label(below, labels, "is not a count");
                return labels.Sum() <= 0 ? Bad("column label: every count is zero", "label") : null;
            case Loss.LambdaMart:
                if (examples.Bounds is null) return Bad("ranking needs the query of each row", "query");
                return First(labels, y => y is < 0 or > 30) is { } grade ? Label(grade, labels, "is not a grade from 0 to 30") : null;
            default:
                return null;
        }
    }

    private static int? First(double[] values, Predicate<double> wrong) => Array.FindIndex(values, wrong) is >= 0 and var row ? row : null;

    private static Fault Label(int row, double[] labels, string what) => Bad($"row {row + 1}, column label: {labels[row]} {what}", "label");
}
