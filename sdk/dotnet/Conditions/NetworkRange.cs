namespace Busker.Flags.Conditions;

/// <summary>A block of addresses. IPv4 is kept IPv4-mapped, so that both kinds are 128 bits.</summary>
internal readonly record struct NetworkRange(UInt128 First, UInt128 Mask)
{
    private static readonly UInt128 Mapped = (UInt128)0xffff << 32;

    public bool Contains(UInt128 address) => (address & Mask) == First;

    public static bool TryParse(string cidr, out NetworkRange range)
    {
        range = default;
        var slash = cidr.IndexOf('/', StringComparison.Ordinal);
        if (!TryAddress(slash < 0 ? cidr : cidr.AsSpan(0, slash), out var address)) return false;
        var width = cidr.Contains(':', StringComparison.Ordinal) ? 128 : 32;
        var bits = width;
        if (slash >= 0 && (cidr.AsSpan(slash + 1).ContainsAnyExceptInRange('0', '9') || !int.TryParse(cidr.AsSpan(slash + 1), System.Globalization.NumberStyles.None, null, out bits) || bits > width)) return false;
        var host = width - bits;
        var mask = host == 128 ? UInt128.Zero : UInt128.MaxValue << host;
        range = new(address & mask, mask);
        return true;
    }

    public static bool TryAddress(ReadOnlySpan<char> text, out UInt128 address) =>
        text.Contains(':') ? TryIPv6(text, out address) : TryIPv4(text, out address);

    // RFC 4291: eight groups of up to four hex digits, "::" once for one or more groups of zeros, an IPv4 address for the
    // last two. Written out because no two platforms take quite the same.
    private static bool TryIPv6(ReadOnlySpan<char> text, out UInt128 address)
    {
        address = default;
        Span<ushort> groups = stackalloc ushort[8];
        int count = 0, gap = -1;
        if (text.StartsWith("::"))
        {
            gap = 0;
            text = text[2..];
        }

        while (text.Length > 0)
        {
            var end = text.IndexOf(':');
            var part = end < 0 ? text : text[..end];
            if (end < 0 && part.Contains('.'))
            {
                if (count > 6 || !TryIPv4(part, out var last)) return false;
                groups[count++] = (ushort)(last >> 16);
                groups[count++] = (ushort)last;
                break;
            }

            if (count == 8 || !TryGroup(part, out groups[count++])) return false;
            if (end < 0) break;
            text = text[(end + 1)..];
            if (text.Length == 0) return false;
            if (text[0] != ':') continue;
            if (gap >= 0) return false;
            gap = count;
            text = text[1..];
        }

        if (gap < 0 ? count != 8 : count > 7) return false;
        for (var i = 0; i < count; i++) address |= (UInt128)groups[i] << (gap < 0 || i < gap ? 112 - 16 * i : 16 * (count - 1 - i));
        return true;
    }

    private static bool TryGroup(ReadOnlySpan<char> part, out ushort group)
    {
        group = 0;
        foreach (var c in part)
        {
            if (!char.IsAsciiHexDigit(c)) return false;
            group = (ushort)(group << 4 | (char.IsAsciiDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10));
        }

        return part.Length is > 0 and <= 4;
    }

    // Four decimal octets without leading zeros: what everybody agrees on.
    private static bool TryIPv4(ReadOnlySpan<char> text, out UInt128 address)
    {
        address = default;
        uint bits = 0;
        var count = 0;
        foreach (var range in text.Split('.'))
        {
            var part = text[range];
            if (++count > 4 || part.Length is 0 or > 3 || part.ContainsAnyExceptInRange('0', '9') || (part.Length > 1 && part[0] == '0')) return false;
            var octet = uint.Parse(part, System.Globalization.CultureInfo.InvariantCulture);
            if (octet > 255) return false;
            bits = (bits << 8) | octet;
        }

        address = Mapped | bits;
        return count == 4;
    }
}
