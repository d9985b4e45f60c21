using System.Globalization;

namespace Busker.Kernel;

/// <summary>
/// An exact amount in a currency's smallest unit: 10.99 USD is <c>new Money(1099, Currency.Parse("USD"))</c>.
/// Sums are checked and never mix currencies; only a <see cref="Rate"/> multiplies; only a split divides.
/// </summary>
public readonly record struct Money(long Minor, Currency Currency) : IComparable<Money>
{
    public bool IsPositive => Minor > 0;
    public bool IsZero => Minor == 0;
    public bool IsNegative => Minor < 0;

    public static Money Zero(Currency currency) => new(0, currency);

    public static Money operator +(Money left, Money right) => new(checked(left.Minor + right.Minor), Same(left, right));
    public static Money operator -(Money left, Money right) => new(checked(left.Minor - right.Minor), Same(left, right));
    public static Money operator -(Money value) => value with { Minor = checked(-value.Minor) };
    public static bool operator <(Money left, Money right) => left.CompareTo(right) < 0;
    public static bool operator >(Money left, Money right) => left.CompareTo(right) > 0;
    public static bool operator <=(Money left, Money right) => left.CompareTo(right) <= 0;
    public static bool operator >=(Money left, Money right) => left.CompareTo(right) >= 0;

    public static Money Add(Money left, Money right) => left + right;
    public static Money Subtract(Money left, Money right) => left - right;
    public static Money Negate(Money value) => -value;

    /// <summary>Orders amounts of one currency; two currencies have no order, so comparing them is a bug.</summary>
    public int CompareTo(Money other)
    {
        Same(this, other);
        return Minor.CompareTo(other.Minor);
    }

    /// <summary>
    /// Divides in proportion to the weights so that the parts sum exactly to the whole (largest remainder; ties go to
    /// the earlier part). No part is further than one minor unit from its exact share.
    /// </summary>
    /// <exception cref="InvariantException">no weight, a negative weight, or all of them zero</exception>
    public Money[] Split(params ReadOnlySpan<long> weights)
    {
        var parts = Shares.Of(Minor, weights);
        var result = new Money[parts.Length];
        for (var i = 0; i < parts.Length; i++) result[i] = this with { Minor = parts[i] };
        return result;
    }

    /// <summary>Divides into equal parts that differ by at most one minor unit, the larger ones first.</summary>
    public Money[] SplitEvenly(int parts)
    {
        if (parts < 1) throw new InvariantException($"cannot split into {parts} parts");
        Span<long> weights = parts <= 64 ? stackalloc long[parts] : new long[parts];
        weights.Fill(1);
        return Split(weights);
    }

    /// <summary>For people and logs, never parsed: <c>10.99 USD</c>, <c>-0.05 EUR</c>, <c>1200 JPY</c>.</summary>
    public override string ToString()
    {
        var exponent = Currency.Exponent;
        if (exponent == 0) return string.Create(CultureInfo.InvariantCulture, $"{Minor} {Currency}");
        var digits = Minor.ToString(CultureInfo.InvariantCulture).TrimStart('-').PadLeft(exponent + 1, '0');
        return $"{(Minor < 0 ? "-" : "")}{digits[..^exponent]}.{digits[^exponent..]} {Currency}";
    }

    private static Currency Same(Money left, Money right) =>
        left.Currency == right.Currency
            ? left.Currency
            : throw new InvariantException($"cannot mix {left.Currency} and {right.Currency}");
}
