using System.Globalization;
using System.Text;

namespace Busker.Flags.Conditions;

/// <summary>Numbers as text and back, the same in every language: shortest round-trip digits, never an exponent.</summary>
internal static class NumberText
{
    public static string Format(double value)
    {
        Span<char> buffer = stackalloc char[352];
        return new string(Format(value, buffer));
    }

    public static ReadOnlySpan<char> Format(double value, Span<char> buffer)
    {
        int written;
        if (Math.Floor(value) == value && Math.Abs(value) < 1e15)
        {
            ((long)value).TryFormat(buffer, out written, default, CultureInfo.InvariantCulture);
            return buffer[..written];
        }

        Span<char> shortest = stackalloc char[32];
        value.TryFormat(shortest, out written, "R", CultureInfo.InvariantCulture);
        var digits = shortest[..written];
        var e = digits.IndexOf('E');
        if (e < 0)
        {
            digits.CopyTo(buffer);
            return buffer[..written];
        }

        return Expand(digits[..e], int.Parse(digits[(e + 1)..], CultureInfo.InvariantCulture), buffer);
    }

    /// <summary>[+-] digits [. digits] [e digits], nothing around it; or inf, infinity in any case.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out double value)
    {
        value = 0;
        var body = text.Length > 0 && text[0] is '+' or '-' ? text[1..] : text;
        if (Ascii.EqualsIgnoreCase(body, "inf") || Ascii.EqualsIgnoreCase(body, "infinity"))
        {
            value = text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
            return true;
        }

        if (body.Length == 0 || !(char.IsAsciiDigit(body[0]) || (body[0] == '.' && body.Length > 1 && char.IsAsciiDigit(body[1])))) return false;
        const NumberStyles styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return !text.Contains('\0') && double.TryParse(text, styles, CultureInfo.InvariantCulture, out value);
    }

    private static ReadOnlySpan<char> Expand(scoped ReadOnlySpan<char> mantissa, int exponent, Span<char> buffer)
    {
        var at = 0;
        if (mantissa[0] == '-')
        {
            buffer[at++] = '-';
            mantissa = mantissa[1..];
        }

        Span<char> digits = stackalloc char[32];
        var count = 0;
        foreach (var c in mantissa)
        {
            if (c != '.') digits[count++] = c;
        }

        var point = exponent + 1;
        if (point <= 0)
        {
            buffer[at++] = '0';
            buffer[at++] = '.';
            for (var i = point; i < 0; i++) buffer[at++] = '0';
        }

        for (var i = 0; i < Math.Max(count, point); i++)
        {
            if (i == point && point > 0) buffer[at++] = '.';
            buffer[at++] = i < count ? digits[i] : '0';
        }

        return buffer[..at];
    }
}
