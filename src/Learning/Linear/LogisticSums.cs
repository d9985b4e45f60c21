using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using Busker.Learning.Numbers;
using Busker.Learning.Trees;

namespace Busker.Learning.Linear;

/// <summary>Mean log loss at some weights and its quadratic: XᵀWX and XᵀWz over Σ weights; the last index is the intercept.</summary>
internal sealed record LogisticQuadratic(double Loss, double[,] Gram, double[] Right);

/// <summary>
/// One pass over the rows gives loss and quadratic together. Rows go by in pieces that fit the cache, standardised there; a fixed number of
/// groups of pieces is summed apart and then in order, so threads do not change a bit.
/// </summary>
internal sealed class LogisticSums(Examples examples, double[] means, double[] scales, Lanes lanes)
{
    private const int Piece = 1024, Groups = 64;

    private readonly int _width = means.Length;
    private readonly double _all = examples.Weights?.Sum() ?? examples.Rows;

    public LogisticQuadratic At(double[] weights, double intercept)
    {
        var pieces = (examples.Rows + Piece - 1) / Piece;
        var groups = Math.Min(Groups, pieces);
        // The lower triangle, then the right side, then the loss.
        var (triangle, parts) = ((_width + 1) * (_width + 2) / 2, new double[groups][]);
        lanes.For(groups, g =>
        {
            var part = parts[g] = new double[triangle + _width + 2];
            var buffer = ArrayPool<double>.Shared.Rent((_width + 4) * Piece);
            for (var p = (int)((long)g * pieces / groups); p < (int)((g + 1L) * pieces / groups); p++) Add(p * Piece, weights, intercept, buffer, part);
            ArrayPool<double>.Shared.Return(buffer);
        });
        var sum = parts[0];
        foreach (var part in parts.Skip(1)) TensorPrimitives.Add(sum, part, sum);
        TensorPrimitives.Divide(sum, _all, sum);
        var (gram, at) = (new double[_width + 1, _width + 1], 0);
        for (var i = 0; i <= _width; i++)
        {
            for (var j = 0; j <= i; j++) gram[i, j] = gram[j, i] = sum[at++];
        }

        return new LogisticQuadratic(sum[^1], gram, sum[triangle..^1]);
    }

    private unsafe void Add(int from, double[] weights, double intercept, double[] buffer, double[] part)
    {
        var count = Math.Min(Piece, examples.Rows - from);
        fixed (double* rows = buffer, sums = part)
        {
            Span<double> Line(int at) => buffer.AsSpan(at * Piece, Piece);
            Span<double> margins = Line(_width + 1), curve = Line(_width + 2), scaled = Line(_width + 3);
            margins.Fill(intercept);
            for (var c = 0; c < _width; c++)
            {
                Standardise(c, from, count, Line(c));
                TensorPrimitives.MultiplyAdd(Line(c), weights[c], margins, margins);
            }

            Line(_width).Fill(1);
            part[^1] += Weigh(from, count, margins, curve);
            var into = sums;
            for (var i = 0; i <= _width; i++)
            {
                TensorPrimitives.Multiply(Line(i), curve, scaled);
                Dots(rows + (_width + 3) * Piece, rows, i + 1, into);
                into += i + 1;
            }

            Dots(rows + (_width + 1) * Piece, rows, _width + 1, into);
        }
    }

    /// <summary>Missing = the mean = 0; behind the last row also 0.</summary>
    private void Standardise(int column, int from, int count, Span<double> into)
    {
        TensorPrimitives.Subtract(examples.Table.Columns[column].AsSpan(from, count), means[column], into);
        into[count..].Clear();
        TensorPrimitives.Divide(into, scales[column], into);
        for (var i = 0; i < Piece; i += Vector512<double>.Count)
        {
            var value = Vector512.Create<double>(into[i..]);
            (value & Vector512.Equals(value, value)).CopyTo(into[i..]);
        }
    }

    /// <summary>Turns margins m into the weighted residual that XᵀWz is made of, curve·m + w·(y − p), fills the curve w·p·(1 − p), and returns the loss.</summary>
    private double Weigh(int from, int count, Span<double> margins, Span<double> curve)
    {
        Span<double> spread = stackalloc double[Piece];
        TensorPrimitives.Abs(margins, spread);
        TensorPrimitives.Negate(spread, spread);
        TensorPrimitives.Exp(spread, spread);
        TensorPrimitives.Add(spread, 1, curve);
        TensorPrimitives.Log(curve, curve);
        double loss = 0;
        for (var r = 0; r < count; r++)
        {
            var (margin, e, label, weight) = (margins[r], spread[r], examples.Labels[from + r], examples.Weights?[from + r] ?? 1);
            var p = (margin >= 0 ? 1 : e) / (1 + e);
            loss += weight * (Math.Max(margin, 0) - label * margin + curve[r]);
            curve[r] = weight * Math.Max(p * (1 - p), 1e-9);
            margins[r] = curve[r] * margin + weight * (label - p);
        }

        curve[count..].Clear();
        margins[count..].Clear();
        return loss;
    }

    /// <summary>Adds the dot products of one line with the first lines of a block; eight lanes whatever the machine has.</summary>
    private static unsafe void Dots(double* line, double* lines, int count, double* into)
    {
        var j = 0;
        for (; j + 4 <= count; j += 4, lines += 4 * Piece)
        {
            var (a, b, c, d) = (Vector512<double>.Zero, Vector512<double>.Zero, Vector512<double>.Zero, Vector512<double>.Zero);
            for (var r = 0; r < Piece; r += Vector512<double>.Count)
            {
                var x = Vector512.Load(line + r);
                a = Vector512.FusedMultiplyAdd(x, Vector512.Load(lines + r), a);
                b = Vector512.FusedMultiplyAdd(x, Vector512.Load(lines + Piece + r), b);
                c = Vector512.FusedMultiplyAdd(x, Vector512.Load(lines + 2 * Piece + r), c);
                d = Vector512.FusedMultiplyAdd(x, Vector512.Load(lines + 3 * Piece + r), d);
            }

            into[j] += Vector512.Sum(a);
            into[j + 1] += Vector512.Sum(b);
            into[j + 2] += Vector512.Sum(c);
            into[j + 3] += Vector512.Sum(d);
        }

        for (; j < count; j++, lines += Piece)
        {
            var a = Vector512<double>.Zero;
            for (var r = 0; r < Piece; r += Vector512<double>.Count) a = Vector512.FusedMultiplyAdd(Vector512.Load(line + r), Vector512.Load(lines + r), a);
            into[j] += Vector512.Sum(a);
        }
    }
}
