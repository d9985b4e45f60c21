namespace Busker.Flags.Conditions;

/// <summary>
/// Confidence's versions: cut at the first "-"; 2 to 4 numeric parts of at most 10 digits; a third part of more than 3
/// digits is a tag and counts as the fourth. What is none of this is 0.0.0.0.
/// </summary>
internal readonly record struct ShortVersion(long A, long B, long C, long D) : IComparable<ShortVersion>
{
    public static ShortVersion Parse(ReadOnlySpan<char> text)
    {
        var dash = text.IndexOf('-');
        if (dash >= 0) text = text[..dash];
        Span<long> parts = stackalloc long[4];
        var count = 0;
        foreach (var range in text.Split('.'))
        {
            var part = text[range];
            if (count == 4 || part.Length is 0 or > 10 || part.ContainsAnyExceptInRange('0', '9')) return default;
            if (count == 2 && part.Length > 3) count = 3;
            parts[count++] = long.Parse(part, System.Globalization.CultureInfo.InvariantCulture);
        }

        return count < 2 ? default : new(parts[0], parts[1], parts[2], parts[3]);
    }

    public static bool IsValid(string text) => Parse(text) != default || text.Split('-')[0].Split('.').All(p => p.Trim('0').Length == 0 && p.Length > 0);

    public int CompareTo(ShortVersion other) => (A, B, C, D).CompareTo((other.A, other.B, other.C, other.D));
}

/// <summary>Semantic Versioning 2.0 precedence; "v" before it and missing minor and patch are accepted.</summary>
internal readonly ref struct FullVersion
{
    private FullVersion(ReadOnlySpan<char> major, ReadOnlySpan<char> minor, ReadOnlySpan<char> patch, ReadOnlySpan<char> pre)
    {
        Major = major;
        Minor = minor;
        Patch = patch;
        Pre = pre;
    }

    public ReadOnlySpan<char> Major { get; }
    public ReadOnlySpan<char> Minor { get; }
    public ReadOnlySpan<char> Patch { get; }
    public ReadOnlySpan<char> Pre { get; }

    /// <summary>A version that was parsed before.</summary>
    public static FullVersion Of((string Major, string Minor, string Patch, string Pre) parts) => new(parts.Major, parts.Minor, parts.Patch, parts.Pre);

    public (string Major, string Minor, string Patch, string Pre) Parts => (Major.ToString(), Minor.ToString(), Patch.ToString(), Pre.ToString());

    public static bool TryParse(ReadOnlySpan<char> text, out FullVersion version)
    {
        version = default;
        if (text.Length > 0 && text[0] is 'v' or 'V') text = text[1..];
        var plus = text.IndexOf('+');
        if (plus >= 0)
        {
            if (!Identifiers(text[(plus + 1)..], numericStrict: false)) return false;
            text = text[..plus];
        }

        var dash = text.IndexOf('-');
        var pre = dash < 0 ? default : text[(dash + 1)..];
        if (dash >= 0 && !Identifiers(pre, numericStrict: true)) return false;
        var core = dash < 0 ? text : text[..dash];
        if (core.EndsWith(".")) return false;
        var major = Next(ref core);
        var minor = core.IsEmpty ? "0" : Next(ref core);
        var patch = core.IsEmpty ? "0" : core;
        if (!Numeric(major) || !Numeric(minor) || !Numeric(patch)) return false;
        version = new(major, minor, patch, pre);
        return true;
    }

    /// <summary>Three parts of at most 2^53-1, and no "v" before them.</summary>
    public bool IsStrict(ReadOnlySpan<char> text) =>
        text.Length <= 256 && char.IsAsciiDigit(text[0]) && text.StartsWith(Major) && Safe(Major) && Safe(Minor) && Safe(Patch)
        && text.Length >= Major.Length + Minor.Length + Patch.Length + 2 && text[Major.Length] == '.'
        && text[Major.Length + 1 + Minor.Length] == '.';

    public int CompareTo(FullVersion other)
    {
        var core = CompareNumeric(Major, other.Major);
        if (core == 0) core = CompareNumeric(Minor, other.Minor);
        if (core == 0) core = CompareNumeric(Patch, other.Patch);
        if (core != 0) return core;
        if (Pre.Length == 0 || other.Pre.Length == 0) return other.Pre.Length.CompareTo(0) - Pre.Length.CompareTo(0);
        return ComparePre(Pre, other.Pre);
    }

    public static int CompareNumeric(ReadOnlySpan<char> a, ReadOnlySpan<char> b) =>
        a.Length != b.Length ? a.Length.CompareTo(b.Length) : Math.Sign(a.SequenceCompareTo(b));

    private static int ComparePre(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        while (a.Length > 0 && b.Length > 0)
        {
            var left = Next(ref a);
            var right = Next(ref b);
            var (leftNumber, rightNumber) = (Numeric(left), Numeric(right));
            var order = leftNumber && rightNumber ? CompareNumeric(left, right)
                : leftNumber ? -1
                : rightNumber ? 1
                : Math.Sign(left.SequenceCompareTo(right));
            if (order != 0) return order;
        }

        return a.Length.CompareTo(0) - b.Length.CompareTo(0);
    }

    private static ReadOnlySpan<char> Next(scoped ref ReadOnlySpan<char> rest)
    {
        var dot = rest.IndexOf('.');
        var head = dot < 0 ? rest : rest[..dot];
        rest = dot < 0 ? default : rest[(dot + 1)..];
        return head;
    }

    private static bool Numeric(ReadOnlySpan<char> s) =>
        s.Length > 0 && !s.ContainsAnyExceptInRange('0', '9') && (s.Length == 1 || s[0] != '0');

    private static bool Safe(ReadOnlySpan<char> part) => CompareNumeric(part, "9007199254740991") <= 0;

    private static bool Identifiers(ReadOnlySpan<char> s, bool numericStrict)
    {
        foreach (var range in s.Split('.'))
        {
            var part = s[range];
            if (part.Length == 0) return false;
            foreach (var c in part)
            {
                if (!char.IsAsciiLetterOrDigit(c) && c != '-') return false;
            }

            if (numericStrict && part.Length > 1 && part[0] == '0' && !part.ContainsAnyExceptInRange('0', '9')) return false;
        }

        return true;
    }
}
