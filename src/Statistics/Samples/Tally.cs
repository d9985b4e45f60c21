using Busker.Kernel;
using Busker.Statistics.Numerics;

namespace Busker.Statistics.Samples;

/// <summary>
/// The sufficient statistics of one arm for <see cref="Width"/> variables per unit: n, Σvᵢ and Σvᵢvⱼ, each held without rounding
/// (<see cref="ExactSum"/>). Merging the hours of a day in any order and grouping gives the day's statistics bit for bit.
/// One variable is a plain metric; (numerator, denominator) a ratio; (outcome, covariates…) serves regression adjustment.
/// </summary>
public sealed class Tally
{
    private readonly ExactSum[] _sums;
    private readonly ExactSum[,] _products;

    public Tally(int width)
    {
        if (width is < 1 or > 128) throw new InvariantException($"a tally has 1 to 128 variables, not {width}");
        Width = width;
        _sums = new ExactSum[width];
        _products = new ExactSum[width, width];
        for (var i = 0; i < width; i++)
        {
            _sums[i] = new ExactSum();
            for (var j = i; j < width; j++) _products[i, j] = _products[j, i] = new ExactSum();
        }
    }

    public int Width { get; }
    public long Count { get; private set; }

    public double Sum(int i) => _sums[i].Value;
    public double Product(int i, int j) => _products[i, j].Value;
    public double Mean(int i) => _sums[i].Value / Count;

    /// <summary>Sample covariance (÷ n − 1): (n·Σxy − Σx·Σy) / (n·(n − 1)), with the numerator rounded once.</summary>
    public double Covariance(int i, int j) =>
        ExactSum.Centred(Count, _products[i, j], _sums[i], _sums[j]) / Count / (Count - 1);

    /// <summary>Every 0/1 variable has Σv² = Σv; its variance is then p(1 − p).</summary>
    public bool IsBinary(int i) => Product(i, i) == Sum(i) && Sum(i) >= 0 && Sum(i) <= Count;

    /// <summary>Adds one unit. Refuses NaN, infinities and magnitudes whose squares could not be held exactly.</summary>
    public Fault? Add(params ReadOnlySpan<double> values)
    {
        if (values.Length != Width)
        {
            return Refusals.Wrong("unit", $"A unit with {values.Length} values cannot join a tally of {Width} variables.");
        }

        foreach (var value in values)
        {
            if (!double.IsFinite(value)) return Refusals.NotFinite("A unit's value", value);
            if (Math.Abs(value) > ExactSum.Largest)
            {
                return Refusals.OutOfRange("A unit's value", value, $"within ±{ExactSum.Largest:0e0}");
            }
        }

        for (var i = 0; i < Width; i++)
        {
            if (Math.Abs(values[i]) < ExactSum.Smallest) continue;
            _sums[i].Add(values[i]);
            for (var j = i; j < Width; j++)
            {
                if (Math.Abs(values[j]) >= ExactSum.Smallest) _products[i, j].AddProduct(values[i], values[j]);
            }
        }

        Count++;
        return null;
    }

    public void Merge(Tally other)
    {
        if (other.Width != Width) throw new InvariantException($"tallies of width {Width} and {other.Width} do not merge");
        Count += other.Count;
        for (var i = 0; i < Width; i++)
        {
            _sums[i].Add(other._sums[i]);
            for (var j = i; j < Width; j++) _products[i, j].Add(other._products[i, j]);
        }
    }

    /// <summary>A canonical text of the exact state: equal tallies, and only they, have equal texts.</summary>
    public string Fingerprint()
    {
        var text = new System.Text.StringBuilder().Append(Count);
        void Put(ExactSum sum) => text.Append('|').AppendJoin(',', sum.Components().Select(c => c.ToString("R")));
        for (var i = 0; i < Width; i++)
        {
            Put(_sums[i]);
            for (var j = i; j < Width; j++) Put(_products[i, j]);
        }

        return text.ToString();
    }

    /// <summary>A metric's statistics from a warehouse: n, Σy and Σy².</summary>
    public static Result<Tally> FromSums(long count, double sum, double sumOfSquares, string what = "metric") =>
        FromSums(count, [sum], new[,] { { sumOfSquares } }, what);

    /// <summary>The same for several variables: Σvᵢ and the symmetric table of Σvᵢvⱼ.</summary>
    public static Result<Tally> FromSums(long count, double[] sums, double[,] products, string what = "metric")
    {
        if (count < 0) return Refusals.OutOfRange($"The count of {what}", count, "zero or more");
        if (products.GetLength(0) != sums.Length || products.GetLength(1) != sums.Length || sums.Length is < 1 or > 128)
        {
            return Refusals.Wrong(what, $"{what} has {sums.Length} sums but a table of products that does not fit them.");
        }

        var tally = new Tally(sums.Length) { Count = count };
        for (var i = 0; i < sums.Length; i++)
        {
            if (Refusals.Finite($"The sum of {what}", sums[i]) is { } sumFault) return sumFault;
            tally._sums[i].Add(sums[i]);
            for (var j = i; j < sums.Length; j++)
            {
                if (Refusals.Finite($"The sum of products of {what}", products[i, j]) is { } fault) return fault;
                tally._products[i, j].Add(products[i, j]);
            }
        }

        return tally.Refused(what) is { } refused ? refused : tally;
    }

    // Rounded sums of a constant may imply a variance of about −1e-16·mean²: that is zero. More than that is a mistake.
    private Fault? Refused(string what)
    {
        for (var i = 0; i < Width && Count > 1; i++)
        {
            var variance = Covariance(i, i);
            if (variance >= 0) continue;
            if (variance < -1e-11 * Product(i, i) / Count) return Refusals.NegativeVariance(what, variance);
            _products[i, i].Add(-ExactSum.Centred(Count, _products[i, i], _sums[i], _sums[i]) / Count);
        }

        return null;
    }
}
