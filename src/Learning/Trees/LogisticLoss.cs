using System.Runtime.Intrinsics;

namespace Busker.Learning.Trees;

/// <summary>−y·ln p − (1−y)·ln(1−p), p = 1/(1+e^−margin); y may be a soft label in 0 … 1.</summary>
internal sealed class LogisticLoss(double[] labels, double[]? weights) : ILoss
{
    public int[]? Bounds => null;

    public double Start()
    {
        double positive = 0, all = 0;
        for (var r = 0; r < labels.Length; r++)
        {
            var weight = weights?[r] ?? 1;
            positive += weight * labels[r];
            all += weight;
        }

        return Math.Log(positive / (all - positive));
    }

    public void Derive(double[] margins, float[] gradients, float[] hessians, int from, int to)
    {
        var r = from;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; r <= to - Vector512<double>.Count; r += Vector512<double>.Count)
            {
                var p = Vector512<double>.One / (Vector512<double>.One + Vector512.Exp(-Vector512.LoadUnsafe(ref margins[r])));
                var weight = weights is null ? Vector512<double>.One : Vector512.LoadUnsafe(ref weights[r]);
                var gradient = weight * (p - Vector512.LoadUnsafe(ref labels[r]));
                var hessian = weight * p * (Vector512<double>.One - p);
                Vector512.Narrow(gradient, gradient).GetLower().StoreUnsafe(ref gradients[r]);
                Vector512.Narrow(hessian, hessian).GetLower().StoreUnsafe(ref hessians[r]);
            }
        }

        for (; r < to; r++)
        {
            // The same operations on four equal lanes: the same bits as in a wider register.
            var p = (Vector256<double>.One / (Vector256<double>.One + Vector256.Exp(Vector256.Create(-margins[r])))).ToScalar();
            var weight = weights is null ? 1 : weights[r];
            gradients[r] = (float)(weight * (p - labels[r]));
            hessians[r] = (float)(weight * p * (1 - p));
        }
    }

    public double Mean(double[] margins)
    {
        double sum = 0, all = 0;
        for (var r = 0; r < labels.Length; r++)
        {
            var weight = weights?[r] ?? 1;
            // ln(1 + e^m) − y·m, without overflow
            sum += weight * (Math.Max(margins[r], 0) + Math.Log(1 + Math.Exp(-Math.Abs(margins[r]))) - labels[r] * margins[r]);
            all += weight;
        }

        return sum / all;
    }
}
