using System.Diagnostics.CodeAnalysis;

namespace Busker.Kernel;

/// <summary>
/// A currency of ISO 4217 that has a minor unit. Two bytes in memory, three letters on the wire and in the database.
/// Metals, the IMF's and test codes (XAU, XDR, XTS, XXX …) have no minor unit, so no exact amount of them exists: unknown here.
/// </summary>
public readonly record struct Currency : IParsable<Currency>
{
    private readonly short _place; // 1-based, so that default(Currency) is no currency at all

    private Currency(int place) => _place = (short)place;

    /// <summary>The alphabetic code: <c>EUR</c>.</summary>
    public string Code => Row.Code;

    /// <summary>The numeric code: 978. Written with three digits on card messages.</summary>
    public int Number => Row.Number;

    /// <summary>Digits after the point: JPY 0, EUR 2, BHD 3, CLF 4.</summary>
    public int Exponent => Row.Exponent;

    /// <summary>The English name of the standard.</summary>
    public string Name => Row.Name;

    /// <summary>Minor units in one major unit: 100 for EUR.</summary>
    public long MinorPerMajor => Exponent switch { 0 => 1, 2 => 100, 3 => 1_000, _ => 10_000 };

    public static IEnumerable<Currency> All => Enumerable.Range(1, Iso4217.Rows.Length).Select(place => new Currency(place));

    private Iso4217.Row Row => _place > 0 ? Iso4217.Rows[_place - 1] : throw new InvariantException("no currency");

    /// <exception cref="FormatException">not a code of the standard, or not in capitals</exception>
    public static Currency Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var currency) ? currency : throw new FormatException($"{s} is not an ISO 4217 currency");

    public static bool TryParse([NotNullWhen(true)] string? s, out Currency result) => TryParse(s, null, out result);

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Currency result)
    {
        result = s is not null && Iso4217.PlaceByCode.TryGetValue(s, out var place) ? new Currency(place) : default;
        return result._place > 0;
    }

    public override string ToString() => _place > 0 ? Code : "none";
}
