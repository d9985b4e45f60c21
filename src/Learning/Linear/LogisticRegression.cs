using Busker.Kernel;
using Busker.Learning.Numbers;
using Busker.Learning.Trees;

namespace Busker.Learning.Linear;

/// <summary>
/// Regularised logistic regression on standardised columns (missing = the mean): mean log loss + l1·Σ|β| + ½·l2·Σβ², the
/// intercept free. Newton's quadratic, solved by coordinate descent (Friedman, Hastie, Tibshirani 2010).
/// </summary>
public sealed class LogisticRegression
{
    private readonly double[] _means;
    private readonly double[] _scales;

    private LogisticRegression(string[] features, double[] means, double[] scales, double[] weights, double intercept) =>
        (Features, _means, _scales, Weights, Intercept) = (features, means, scales, weights, intercept);

    /// <summary>Names of the columns, in order.</summary>
    public string[] Features { get; }

    /// <summary>Per standardised column.</summary>
    public double[] Weights { get; }

    /// <summary>Log-odds of a row of means.</summary>
    public double Intercept { get; }

    internal void Write(BinaryWriter writer)
    {
        writer.Write(Features.Length);
        for (var f = 0; f < Features.Length; f++)
        {
            writer.Write(Features[f]);
            writer.Write(_means[f]);
            writer.Write(_scales[f]);
            writer.Write(Weights[f]);
        }

        writer.Write(Intercept);
    }

    internal static LogisticRegression Read(BinaryReader reader)
    {
        var n = reader.ReadInt32();
        var (names, means, scales, weights) = (new string[n], new double[n], new double[n], new double[n]);
        for (var f = 0; f < n; f++) (names[f], means[f], scales[f], weights[f]) = (reader.ReadString(), reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble());
        return new LogisticRegression(names, means, scales, weights, reader.ReadDouble());
    }

    /// <summary>What one unit of a column adds to the margin.</summary>
    public double Slope(int column) => Weights[column] / _scales[column];

    /// <summary>Log-odds of a row, in the order of <see cref="Features"/>; a missing value counts as the column's mean.</summary>
    public double Margin(ReadOnlySpan<double> row)
    {
        var margin = Intercept;
        for (var f = 0; f < Weights.Length; f++)
        {
            if (!double.IsNaN(row[f])) margin += Weights[f] * (row[f] - _means[f]) / _scales[f];
        }

        return margin;
    }

    /// <summary>1 / (1 + e^−margin).</summary>
    public double Predict(ReadOnlySpan<double> row) => 1 / (1 + Math.Exp(-Margin(row)));

    /// <summary>Margins of a table that has the model's columns by name.</summary>
    public Result<double[]> Margins(Table table)
    {
        var chosen = table.Select(Features);
        if (chosen.Fault is { } fault) return fault;
        var (margins, row) = (new double[table.Rows], new double[Features.Length]);
        for (var r = 0; r < margins.Length; r++)
        {
            chosen.Value.RowInto(r, row);
            margins[r] = Margin(row);
        }

        return margins;
    }

    /// <summary>Refuses what boosting refuses: labels outside 0 … 1, one class only.</summary>
    public static Result<LogisticRegression> Fit(Examples examples, double l1 = 0, double l2 = 1e-4, int rounds = 50, Lanes? lanes = null)
    {
        if (BoostCheck.Fault(examples, new BoostOptions()) is { } fault) return fault;
        var (means, scales) = Spread(examples.Table, lanes ?? Lanes.One);
        var sums = new LogisticSums(examples, means, scales, lanes ?? Lanes.One);
        var (weights, intercept) = (new double[means.Length], new LogisticLoss(examples.Labels, examples.Weights).Start());
        var here = sums.At(weights, intercept);
        for (var round = 0; round < rounds; round++)
        {
            var (target, level) = ((double[])weights.Clone(), intercept);
            if (Descend(here.Gram, here.Right, target, ref level, l1, l2) < 1e-8) break;
            var objective = Objective(here, weights);
            if (Halve(target, level, objective) is not { } moved) break;
            (weights, intercept, here) = moved;
            if (objective - Objective(here, weights) < 1e-13 * objective) break;
        }

        double Objective(LogisticQuadratic at, double[] tried) => at.Loss + tried.Sum(w => l1 * Math.Abs(w) + 0.5 * l2 * w * w);

        // Where positives are rare the quadratic reaches too far: the step is halved until the objective falls.
        (double[] Weights, double Intercept, LogisticQuadratic At)? Halve(double[] target, double level, double objective)
        {
            for (var step = 1.0; step > 1e-6; step /= 2)
            {
                double[] tried = [.. weights.Zip(target, (w, t) => w + step * (t - w))];
                var reached = sums.At(tried, intercept + step * (level - intercept));
                if (Objective(reached, tried) < objective) return (tried, intercept + step * (level - intercept), reached);
            }

            return null;
        }

        return new LogisticRegression(examples.Table.Names, means, scales, weights, intercept);
    }

    /// <summary>Mean and deviation of each column's known values; a column without spread has deviation 1.</summary>
    private static (double[] Means, double[] Scales) Spread(Table table, Lanes lanes)
    {
        var (means, scales) = (new double[table.Width], new double[table.Width]);
        lanes.For(table.Width, c =>
        {
            double sum = 0, squares = 0;
            var known = 0;
            foreach (var value in table.Columns[c])
            {
                if (double.IsNaN(value)) continue;
                sum += value;
                known++;
            }

            var mean = means[c] = known == 0 ? 0 : sum / known;
            foreach (var value in table.Columns[c])
            {
                if (!double.IsNaN(value)) squares += (value - mean) * (value - mean);
            }

            scales[c] = squares > 0 ? Math.Sqrt(squares / known) : 1;
        });
        return (means, scales);
    }

    private static double Descend(double[,] gram, double[] right, double[] weights, ref double intercept, double l1, double l2)
    {
        var width = weights.Length;
        double[] now = [.. weights, intercept];
        for (var sweep = 0; sweep < 1000; sweep++)
        {
            double largest = 0;
            for (var i = 0; i <= width; i++)
            {
                var rest = right[i];
                for (var j = 0; j <= width; j++) rest -= j == i ? 0 : gram[i, j] * now[j];
                var next = i == width
                    ? rest / gram[i, i]
                    : Math.Sign(rest) * Math.Max(0, Math.Abs(rest) - l1) / (gram[i, i] + l2 + 1e-15);
                largest = Math.Max(largest, Math.Abs(next - now[i]));
                now[i] = next;
            }

            if (largest < 1e-10) break;
        }

        double moved = Math.Abs(now[width] - intercept);
        for (var i = 0; i < width; i++) moved = Math.Max(moved, Math.Abs(now[i] - weights[i]));
        Array.Copy(now, weights, width);
        intercept = now[width];
        return moved;
    }
}
