namespace Busker.Learning.Trees;

/// <summary>½·(margin − y)²</summary>
internal sealed class SquaredLoss(double[] labels, double[]? weights) : ILoss
{
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

        return sum / all;
    }

    public void Derive(double[] margins, float[] gradients, float[] hessians, int from, int to)
    {
        for (var r = from; r < to; r++)
        {
            var weight = weights is null ? 1 : weights[r];
            gradients[r] = (float)(weight * (margins[r] - labels[r]));
            hessians[r] = (float)weight;
        }
    }

    public double Mean(double[] margins)
    {
        double sum = 0, all = 0;
        for (var r = 0; r < labels.Length; r++)
        {
            var weight = weights?[r] ?? 1;
            sum += weight * 0.5 * (margins[r] - labels[r]) * (margins[r] - labels[r]);
            all += weight;
        }

        return sum / all;
    }
}
