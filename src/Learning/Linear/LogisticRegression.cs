using System.Numerics.Tensors;
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
    public static Result<LogisticRegression> Fit(Examples examples, double l1 = 0, double l2 = 1e-4, int rounds = 50)
    {
        if (BoostCheck.Fault(examples, new BoostOptions()) is { } fault) return fault;
        var (columns, means, scales) = Standardise(examples.Table);
        var (weights, intercept) = (new double[columns.Length], new LogisticLoss(examples.Labels, examples.Weights).Start());
        var objective = Objective(examples, columns, weights, intercept, l1, l2);
        for (var round = 0; round < rounds; round++)
        {
            var (gram, right) = Quadratic(examples, columns, weights, intercept);
            var (target, level) = ((double[])weights.Clone(), intercept);
            if (Descend(gram, right, target, ref level, l1, l2) < 1e-8) break;
            var (next, reached, moved) = Halve(target, level);
            if (moved is null) break;
            var gained = objective - reached;
            (weights, intercept, objective) = (moved, next, reached);
            if (gained < 1e-13 * objective) break;
        }

        // Where positives are rare the quadratic reaches too far: the step is halved until the objective falls.
        (double Intercept, double Objective, double[]? Weights) Halve(double[] target, double level)
        {
            for (var step = 1.0; step > 1e-6; step /= 2)
            {
                double[] tried = [.. weights.Zip(target, (w, t) => w + step * (t - w))];
                var reached = Objective(examples, columns, tried, intercept + step * (level - intercept), l1, l2);
                if (reached < objective) return (intercept + step * (level - intercept), reached, tried);
            }

            return (intercept, objective, null);
        }

        return new LogisticRegression(examples.Table.Names, means, scales, weights, intercept);
    }

    private static (double[][] Columns, double[] Means, double[] Scales) Standardise(Table table)
    {
        var (means, scales) = (new double[table.Width], new double[table.Width]);
        var columns = new double[table.Width][];
        for (var c = 0; c < table.Width; c++)
        {
            var known = Array.FindAll(table.Columns[c], v => !double.IsNaN(v));
            var mean = means[c] = known.Length == 0 ? 0 : known.Average();
            var scale = known.Length == 0 ? 0 : Math.Sqrt(known.Average(v => (v - mean) * (v - mean)));
            scales[c] = scale > 0 ? scale : 1;
            columns[c] = Array.ConvertAll(table.Columns[c], v => double.IsNaN(v) ? 0 : (v - mean) / (scale > 0 ? scale : 1));
        }

        return (columns, means, scales);
    }

    /// <summary>Mean log loss + l1·Σ|β| + ½·l2·Σβ².</summary>
    private static double Objective(Examples examples, double[][] columns, double[] weights, double intercept, double l1, double l2)
    {
        var margins = new double[examples.Rows];
        Array.Fill(margins, intercept);
        for (var c = 0; c < columns.Length; c++) TensorPrimitives.MultiplyAdd(columns[c], weights[c], margins, margins);
        double sum = 0, all = 0;
        for (var r = 0; r < margins.Length; r++)
        {
            var importance = examples.Weights?[r] ?? 1;
            all += importance;
            sum += importance * (Math.Max(margins[r], 0) - examples.Labels[r] * margins[r] + Math.Log(1 + Math.Exp(-Math.Abs(margins[r]))));
        }

        return sum / all + weights.Sum(w => l1 * Math.Abs(w) + 0.5 * l2 * w * w);
    }

    /// <summary>XᵀWX and XᵀWz of the weighted least squares at the present weights, divided by Σ weights; the last index is the intercept.</summary>
    private static (double[,] Gram, double[] Right) Quadratic(Examples examples, double[][] columns, double[] weights, double intercept)
    {
        var width = columns.Length;
        var (gram, right, row) = (new double[width + 1, width + 1], new double[width + 1], new double[width + 1]);
        double[][] lower = [.. Enumerable.Range(1, width + 1).Select(length => new double[length])];
        row[width] = 1;
        double all = 0;
        for (var r = 0; r < examples.Rows; r++)
        {
            var margin = intercept;
            for (var c = 0; c < width; c++) margin += weights[c] * (row[c] = columns[c][r]);
            var p = 1 / (1 + Math.Exp(-margin));
            var importance = examples.Weights?[r] ?? 1;
            var curve = importance * Math.Max(p * (1 - p), 1e-9);
            var target = curve * margin + importance * (examples.Labels[r] - p);
            all += importance;
            for (var i = 0; i <= width; i++)
            {
                right[i] += row[i] * target;
                TensorPrimitives.MultiplyAdd(row.AsSpan(0, i + 1), curve * row[i], lower[i], lower[i]);
            }
        }

        for (var i = 0; i <= width; i++)
        {
            right[i] /= all;
            for (var j = 0; j <= i; j++) gram[j, i] = gram[i, j] = lower[i][j] / all;
        }

        return (gram, right);
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
