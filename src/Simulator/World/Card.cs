using Busker.Simulator.Core;

namespace Busker.Simulator.World;

/// <summary>A card as a provider hears of it. Numbers are test numbers or the scenario's own: no real card belongs here.</summary>
internal sealed record Card(string Number, int ExpMonth, int ExpYear, string? Cvc = null)
{
    public string Last4 => Number[^4..];
    public string Bin => Number.Length >= 6 ? Number[..6] : Number;

    public string Brand => BrandOf(Number);

    public bool PassesLuhn => Luhn(Number);

    /// <summary>The same card, the same fingerprint, for one seed.</summary>
    public string Fingerprint(ulong seed) => Ids.From(seed, Number, "fingerprint", "", 16);

    public bool ExpiredAt(DateTimeOffset now) => now.Year > ExpYear || (now.Year == ExpYear && now.Month > ExpMonth);

    public static string BrandOf(string number) => number switch
    {
        ['3', '4' or '7', ..] => "amex",
        ['3', '0' or '6' or '8' or '9', ..] => "diners",
        ['3', '5', ..] => "jcb",
        ['4', ..] => "visa",
        ['5', >= '1' and <= '5', ..] => "mastercard",
        ['2', >= '2' and <= '7', ..] => "mastercard",
        ['6', '2', ..] or ['8', '1', ..] => "unionpay",
        ['6', ..] => "discover",
        _ => "unknown",
    };

    public static bool Luhn(string number) => number.Length is >= 12 and <= 19 && Checksum(number, 0) % 10 == 0;

    /// <summary>Completes a number with its check digit.</summary>
    public static string Complete(string digits) => digits + ((10 - (Checksum(digits, 1) % 10)) % 10);

    private static int Checksum(string digits, int shift)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = digits[digits.Length - 1 - i] - '0';
            if (digit is < 0 or > 9) return 1;
            if (((i + shift) & 1) == 1) digit = digit > 4 ? (digit * 2) - 9 : digit * 2;
            sum += digit;
        }

        return sum;
    }
}
