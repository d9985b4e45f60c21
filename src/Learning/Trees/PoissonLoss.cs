namespace Busker.Learning.Trees;

/// <summary>e^margin − y·margin: counts with a log link. Leaves move at most e^0.7-fold through the curvature bound.</summary>
internal sealed class PoissonLoss(double[] labels, double[]? weights) : ILoss
{
    private static readonly double Bound = Math.Exp(0.7);

    public int[]? Bounds => null;

    public double Start()
    {
        double sum = 0, all = 0;
        for (var r = 0; r < labels.Length; r++)
        {
            var weight = weights?[r] ?? 1;
            sum += weight * labels[r];
            all += weight;
        }

        return Math.Log(sum / all);
    }

    public void Derive(double[] margins, float[] gradients, float[] hessians, int from, int to)
    {
        for (var r = from; r < to; r++)
        {
            var weight = weights is null ? 1 : weights[r];
            var mean = Math.Exp(margins[r]);
            gradients[r] = (float)(weight * (mean - labels[r]));
            hessians[r] = (float)(weight * mean * Bound);
        }
    }

    public double Mean(double[] margins)
    {
        double sum = 0, all = 0;
        for (var r = 0; r < labels.Length; r++)
        {
            var weight = weights?[r] ?? 1;
            sum += weight * (Math.Exp(margins[r]) - labels[r] * margins[r]);
            all += weight;
        }

        return sum / all;
    }
}
