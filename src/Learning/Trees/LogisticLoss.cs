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
        Span<double> chances = stackalloc double[Vector256<double>.Count];
        for (var r = from; r < to; r += Vector256<double>.Count)
        {
            var count = Math.Min(Vector256<double>.Count, to - r);
            Chances(margins.AsSpan(r, count), chances);
            for (var i = 0; i < count; i++)
            {
                var weight = weights is null ? 1 : weights[r + i];
                var p = chances[i];
                gradients[r + i] = (float)(weight * (p - labels[r + i]));
                hessians[r + i] = (float)(weight * p * (1 - p));
            }
        }
    }

    private static void Chances(ReadOnlySpan<double> margins, Span<double> chances)
    {
        if (margins.Length == Vector256<double>.Count)
        {
            (Vector256<double>.One / (Vector256<double>.One + Vector256.Exp(-Vector256.Create(margins)))).CopyTo(chances);
            return;
        }

        Span<double> padded = stackalloc double[Vector256<double>.Count];
        padded.Clear();
        margins.CopyTo(padded);
        Chances(padded, chances);
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
