using System.Globalization;

namespace Busker.Kernel;

/// <summary>How an exact value that falls between two minor units becomes one of them. Half means exactly between.</summary>
public enum Rounding
{
    /// <summary>To the nearest; a half to the even neighbour. No bias over many amounts: the usual choice.</summary>
    HalfEven,

    /// <summary>To the nearest; a half away from zero, as shops do.</summary>
    HalfAwayFromZero,

    /// <summary>To the nearest; a half towards zero.</summary>
    HalfTowardsZero,

    /// <summary>Away from zero.</summary>
    AwayFromZero,

    /// <summary>Towards zero: the fraction is dropped.</summary>
    TowardsZero,

    /// <summary>Up: towards plus infinity.</summary>
    Ceiling,

    /// <summary>Down: towards minus infinity.</summary>
    Floor,
}

/// <summary>
/// An exact fraction that multiplies money: a percentage, a tax or fee rate, a proration. The only way to multiply.
/// Kept in lowest terms, so equal rates compare equal.
/// </summary>
public readonly record struct Rate
{
    private readonly long _denominatorMinusOne; // so that default(Rate) is 0/1, not 0/0

    /// <exception cref="InvariantException">the denominator is not positive</exception>
    public Rate(long numerator, long denominator)
    {
        if (denominator <= 0) throw new InvariantException($"a rate's denominator is positive, not {denominator}");
        var divisor = (long)Gcd((UInt128)Int128.Abs(numerator), (UInt128)denominator);
        Numerator = numerator / divisor;
        _denominatorMinusOne = (denominator / divisor) - 1;
    }

    public long Numerator { get; }
    public long Denominator => _denominatorMinusOne + 1;

    public static Rate One => new(1, 1);

    /// <summary>A hundredth of a percent: 250 is 2.5 %.</summary>
    public static Rate BasisPoints(long points) => new(points, 10_000);

    /// <summary>Whole percent: 19 is 19 %.</summary>
    public static Rate Percent(long percent) => new(percent, 100);

    /// <summary>The exact fraction a decimal stands for: 0.0825m is 33/400.</summary>
    /// <exception cref="OverflowException">more than 18 digits after the point, or too large</exception>
    public static Rate FromDecimal(decimal value)
    {
        long denominator = 1;
        while (value != decimal.Truncate(value)) (value, denominator) = (value * 10, checked(denominator * 10));
        return new Rate((long)value, denominator);
    }

    /// <summary>
    /// This rate of an amount, rounded as named. Nothing is lost: <c>money × rate = Amount + Remainder / Denominator</c>
    /// minor units, exactly, with the remainder's size below the denominator.
    /// </summary>
    /// <exception cref="OverflowException">the result does not fit in 64 bits</exception>
    public Rated Of(Money money, Rounding rounding)
    {
        var exact = (Int128)money.Minor * Numerator;
        var (quotient, rest) = Int128.DivRem(exact, Denominator); // truncates towards zero
        quotient += Step(quotient, rest, Denominator, rounding);
        return new Rated(money with { Minor = checked((long)quotient) }, (long)(exact - (quotient * Denominator)), Denominator);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Numerator}/{Denominator}");

    /// <summary>How far the truncated quotient moves: -1, 0 or 1.</summary>
    private static int Step(Int128 quotient, Int128 rest, Int128 denominator, Rounding rounding)
    {
        if (rest == 0) return 0;
        var away = rest > 0 ? 1 : -1;
        var half = (Int128.Abs(rest) * 2).CompareTo(denominator); // -1 below, 0 exactly, 1 above
        return rounding switch
        {
            Rounding.HalfEven => half > 0 || (half == 0 && Int128.IsOddInteger(quotient)) ? away : 0,
            Rounding.HalfAwayFromZero => half >= 0 ? away : 0,
            Rounding.HalfTowardsZero => half > 0 ? away : 0,
            Rounding.AwayFromZero => away,
            Rounding.TowardsZero => 0,
            Rounding.Ceiling => rest > 0 ? 1 : 0,
            Rounding.Floor => rest < 0 ? -1 : 0,
            _ => throw new InvariantException($"unknown rounding {rounding}"),
        };
    }

    private static UInt128 Gcd(UInt128 a, UInt128 b)
    {
        while (b != 0) (a, b) = (b, a % b);
        return a;
    }
}

/// <summary>A rounded product and what rounding left over, in <c>1/Denominator</c> of a minor unit (signed).</summary>
public readonly record struct Rated(Money Amount, long Remainder, long Denominator);
