namespace Busker.Flags.Conditions;

/// <summary>
/// Moments as microseconds since 1970. Text: "2026-11-21", or a date and "T" or a space and "hh:mm:ss[.fraction]", then
/// nothing (UTC), "Z" or "±hh:mm". Numbers below 1e12 in size are seconds, others milliseconds.
/// </summary>
internal static class TimestampText
{
    private const double Limit = 9007199254740992;

    public static bool TryRead(double number, out long us)
    {
        var scaled = Math.Floor(Math.Abs(number) < 1e12 ? number * 1e6 : number * 1e3);
        us = Math.Abs(scaled) <= Limit ? (long)scaled : 0;
        return Math.Abs(scaled) <= Limit;
    }

    public static bool TryParse(ReadOnlySpan<char> s, out long us)
    {
        us = 0;
        if (s.Length < 10 || s[4] != '-' || s[7] != '-') return false;
        if (!Digits(s[..4], out var year) || !Digits(s[5..7], out var month) || !Digits(s[8..10], out var day)) return false;
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)) return false;
        us = new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Utc).Subtract(DateTime.UnixEpoch).Ticks / 10;
        return s.Length == 10 || TryTime(s[10..], ref us);
    }

    /// <summary>For traces. Beyond the years 1 to 9999 the number itself.</summary>
    public static string Format(long us) => us is >= -62_135_596_800_000_000 and < 253_402_300_800_000_000
        ? DateTime.UnixEpoch.AddTicks(us * 10).ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", System.Globalization.CultureInfo.InvariantCulture)
        : $"{us} µs";

    private static bool TryTime(ReadOnlySpan<char> s, ref long us)
    {
        if (s.Length < 9 || s[0] is not ('T' or 't' or ' ') || s[3] != ':' || s[6] != ':') return false;
        if (!Digits(s[1..3], out var hour) || !Digits(s[4..6], out var minute) || !Digits(s[7..9], out var second)) return false;
        if (hour > 23 || minute > 59 || second > 59) return false;
        us += ((hour * 60L + minute) * 60 + second) * 1_000_000;
        s = s[9..];
        if (s.Length > 0 && s[0] == '.')
        {
            var n = 1;
            for (long unit = 100_000; n < s.Length && char.IsAsciiDigit(s[n]); n++, unit /= 10) us += (s[n] - '0') * unit;
            if (n == 1 || n > 10) return false;
            s = s[n..];
        }

        if (s.Length == 0 || s is "Z" or "z") return true;
        if (s.Length != 6 || s[0] is not ('+' or '-') || s[3] != ':') return false;
        if (!Digits(s[1..3], out var hours) || !Digits(s[4..6], out var minutes) || hours > 23 || minutes > 59) return false;
        us -= (s[0] == '-' ? -1 : 1) * (hours * 60L + minutes) * 60_000_000;
        return true;
    }

    private static bool Digits(ReadOnlySpan<char> s, out int value)
    {
        value = 0;
        foreach (var c in s)
        {
            if (!char.IsAsciiDigit(c)) return false;
            value = value * 10 + (c - '0');
        }

        return true;
    }
}
