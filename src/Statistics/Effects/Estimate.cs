using Busker.Statistics.Numerics;

namespace Busker.Statistics.Effects;

/// <summary>Which way a value must differ from the null to count.</summary>
public enum Alternative
{
    TwoSided,
    Larger,
    Smaller,
}

/// <summary>An interval; a one-sided one has one infinite end.</summary>
public readonly record struct Interval(double Low, double High)
{
    public bool Contains(double value) => Low <= value && value <= High;
}

/// <summary>
/// An effect with its standard error. The degrees of freedom are infinite for a z test. Relative estimates are fractions (0.02 is two percent).
/// </summary>
public readonly record struct Estimate(double Value, double StandardError, double DegreesOfFreedom)
{
    /// <summary>(value − null) / standard error.</summary>
    public double Statistic(double nullValue = 0) => (Value - nullValue) / StandardError;

    public double PValue(double nullValue = 0, Alternative alternative = Alternative.TwoSided)
    {
        var t = Statistic(nullValue);
        return alternative switch
        {
            Alternative.Larger => StudentT.Upper(t, DegreesOfFreedom),
            Alternative.Smaller => StudentT.Upper(-t, DegreesOfFreedom),
            _ => Math.Min(1, 2 * StudentT.Upper(Math.Abs(t), DegreesOfFreedom)),
        };
    }

    /// <summary>The interval that excludes exactly the nulls a test at level <paramref name="alpha"/> rejects.</summary>
    public Interval Interval(double alpha, Alternative alternative = Alternative.TwoSided)
    {
        var tail = alternative == Alternative.TwoSided ? alpha / 2 : alpha;
        var width = StudentT.UpperQuantile(tail, DegreesOfFreedom) * StandardError;
        return new Interval(
            alternative == Alternative.Smaller ? double.NegativeInfinity : Value - width,
            alternative == Alternative.Larger ? double.PositiveInfinity : Value + width);
    }

    public Estimate Negated => this with { Value = -Value };
}
