using System.Globalization;

namespace Busker.Learning.Evaluate;

/// <summary>A mean over listeners, or a measure of all lists, with its standard error.</summary>
public readonly record struct Estimate(double Mean, double StandardError)
{
    private const int Groups = 20;

    /// <summary>Lower end at 95 %.</summary>
    public double Low => Mean - 1.96 * StandardError;

    /// <summary>Upper end at 95 %.</summary>
    public double High => Mean + 1.96 * StandardError;

    /// <summary>Mean of independent values and its standard error s/√n.</summary>
    public static Estimate Of(ReadOnlySpan<double> values)
    {
        double sum = 0, squares = 0;
        foreach (var v in values) sum += v;
        var mean = values.IsEmpty ? 0 : sum / values.Length;
        foreach (var v in values) squares += (v - mean) * (v - mean);
        return new Estimate(mean, values.Length > 1 ? Math.Sqrt(squares / (values.Length - 1.0) / values.Length) : 0);
    }

    /// <summary>The mean difference of two measures of the same listeners.</summary>
    public static Estimate Paired(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        var difference = new double[first.Length];
        for (var i = 0; i < difference.Length; i++) difference[i] = first[i] - second[i];
        return Of(difference);
    }

    /// <summary>
    /// A measure of the sum of many rows (exposure of items over lists) with the delete-a-group jackknife's error, 20 groups of rows.
    /// </summary>
    public static Estimate OfExposure(int[][] lists, int items, Func<double[], double> measure)
    {
        var groups = new double[Groups][];
        var total = new double[items];
        for (var g = 0; g < Groups; g++)
        {
            groups[g] = new double[items];
            for (var u = g; u < lists.Length; u += Groups) foreach (var i in lists[u]) groups[g][i]++;
            for (var i = 0; i < items; i++) total[i] += groups[g][i];
        }

        var without = groups.Select(group => measure([.. total.Zip(group, (t, own) => t - own)])).ToArray();
        var mean = without.Average();
        return new Estimate(measure(total), Math.Sqrt((Groups - 1.0) / Groups * without.Sum(w => (w - mean) * (w - mean))));
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Mean:0.0000} ± {1.96 * StandardError:0.0000}");
}
