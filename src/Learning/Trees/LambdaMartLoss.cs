namespace Busker.Learning.Trees;

/// <summary>
/// LambdaMART (Burges 2010): for each pair of a query with different grades, the logistic pair loss weighted by the
/// change of nDCG that swapping the two would make. Queries are runs of rows; <c>bounds</c> holds 0, ends….
/// </summary>
internal sealed class LambdaMartLoss(double[] labels, double[]? weights, int[] bounds, int depth) : ILoss
{
    public int[]? Bounds => bounds;

    public double Start() => 0;

    public void Derive(double[] margins, float[] gradients, float[] hessians, int from, int to)
    {
        var first = Array.BinarySearch(bounds, from);
        for (var q = first; bounds[q] < to; q++) Query(margins, gradients, hessians, bounds[q], bounds[q + 1]);
    }

    private void Query(double[] margins, float[] gradients, float[] hessians, int from, int to)
    {
        var n = to - from;
        Array.Clear(gradients, from, n);
        Array.Clear(hessians, from, n);
        var order = ByMargin(margins, from, n);
        var ideal = Ideal(from, n, depth);
        if (ideal <= 0) return;
        Span<double> g = n <= 512 ? stackalloc double[n] : new double[n];
        Span<double> h = n <= 512 ? stackalloc double[n] : new double[n];
        g.Clear();
        h.Clear();
        for (var i = 0; i < Math.Min(depth, n); i++)
        {
            for (var j = i + 1; j < n; j++)
            {
                var (a, b) = (order[i], order[j]);
                if (labels[a] == labels[b]) continue;
                var (high, low) = labels[a] > labels[b] ? (a, b) : (b, a);
                var swap = Math.Abs((Gain(labels[a]) - Gain(labels[b])) * (Discount(i) - (j < depth ? Discount(j) : 0))) / ideal;
                var rho = 1 / (1 + Math.Exp(margins[high] - margins[low]));
                g[high - from] -= swap * rho;
                g[low - from] += swap * rho;
                h[high - from] += swap * rho * (1 - rho);
                h[low - from] += swap * rho * (1 - rho);
            }
        }

        for (var i = 0; i < n; i++)
        {
            var weight = weights?[from + i] ?? 1;
            (gradients[from + i], hessians[from + i]) = ((float)(weight * g[i]), (float)(weight * h[i]));
        }
    }

    private static int[] ByMargin(double[] margins, int from, int n)
    {
        var order = Enumerable.Range(from, n).ToArray();
        Array.Sort(order, (a, b) => margins[b].CompareTo(margins[a]) is var c and not 0 ? c : a.CompareTo(b));
        return order;
    }

    private double Ideal(int from, int n, int depth)
    {
        var grades = labels.AsSpan(from, n).ToArray();
        Array.Sort(grades);
        double sum = 0;
        for (var i = 0; i < Math.Min(depth, n); i++) sum += Gain(grades[n - 1 - i]) * Discount(i);
        return sum;
    }

    private static double Gain(double grade) => Math.Pow(2, grade) - 1;

    private static double Discount(int rank) => 1 / Math.Log2(rank + 2);

    /// <summary>1 − mean nDCG over the queries that have a relevant row.</summary>
    public double Mean(double[] margins)
    {
        double sum = 0;
        var queries = 0;
        for (var q = 0; q + 1 < bounds.Length; q++)
        {
            var (from, n) = (bounds[q], bounds[q + 1] - bounds[q]);
            var ideal = Ideal(from, n, depth);
            if (ideal <= 0) continue;
            var order = ByMargin(margins, from, n);
            double dcg = 0;
            for (var i = 0; i < Math.Min(depth, n); i++) dcg += Gain(labels[order[i]]) * Discount(i);
            sum += dcg / ideal;
            queries++;
        }

        return queries == 0 ? 0 : 1 - sum / queries;
    }
}
