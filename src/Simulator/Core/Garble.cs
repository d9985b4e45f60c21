using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Busker.Simulator.Core;

/// <summary>Makes a reply say the wrong amount.</summary>
internal static partial class Garble
{
    /// <summary>Adds one minor unit to the first amount: <c>"amount": 1000</c>, or <c>"value": "10.00"</c>.</summary>
    public static byte[] Amount(ReadOnlySpan<byte> body)
    {
        var text = Encoding.UTF8.GetString(body);
        return Encoding.UTF8.GetBytes(First().Replace(text, Bump, 1));
    }

    private static string Bump(Match match)
    {
        var number = match.Groups[2].Value;
        var minor = long.Parse(number.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) + 1;
        var digits = minor.ToString(CultureInfo.InvariantCulture);
        var point = number.IndexOf('.', StringComparison.Ordinal);
        if (point >= 0)
        {
            var places = number.Length - point - 1;
            digits = digits.PadLeft(places + 1, '0').Insert(Math.Max(1, digits.Length - places), ".");
        }

        return match.Groups[1].Value + digits;
    }

    [GeneratedRegex("""("(?:amount|value)"\s*:\s*"?)([0-9]+(?:\.[0-9]+)?)""")]
    private static partial Regex First();
}
