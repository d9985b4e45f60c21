using System.Net;
using System.Text.RegularExpressions;
using Busker.Experiments.V1;
using Busker.Flags.Resolving;

namespace Busker.Flags.Conditions;

/// <summary>Lower case, code unit by code unit; a unit whose lower case is not one unit stays.</summary>
internal static class CaseFold
{
    public static string Lower(string text) => string.Create(text.Length, text, (span, source) => Lower(source, span));

    public static ReadOnlySpan<char> Lower(scoped ReadOnlySpan<char> text, Span<char> buffer)
    {
        for (var i = 0; i < text.Length; i++) buffer[i] = text[i] == '\u0130' ? text[i] : char.ToLowerInvariant(text[i]);
        return buffer[..text.Length];
    }
}

internal enum Place
{
    Start,
    End,
    Inside,
}

internal sealed class TextPredicate(Place place, string[] values, bool ignoreCase, Criterion.Types.Comparison comparison) : Predicate
{
    private readonly string[] _values = ignoreCase ? [.. values.Select(CaseFold.Lower)] : values;

    public override bool Test(in AttributeValue value, Evaluation e)
    {
        Span<char> buffer = stackalloc char[352];
        if (!Coercion.TryStrictText(value, comparison, buffer, out var text)) return false;
        if (!ignoreCase) return Contains(text);
        var length = text.Length;
        return Contains(CaseFold.Lower(text, length <= 256 ? stackalloc char[length] : new char[length]));
    }

    private bool Contains(ReadOnlySpan<char> text)
    {
        foreach (var literal in _values)
        {
            if (place == Place.Start ? text.StartsWith(literal, StringComparison.Ordinal)
                : place == Place.End ? text.EndsWith(literal, StringComparison.Ordinal)
                : text.IndexOf(literal, StringComparison.Ordinal) >= 0) return true;
        }

        return false;
    }
}

internal sealed class PatternPredicate(Regex regex, Criterion.Types.Comparison comparison) : Predicate
{
    public override bool Test(in AttributeValue value, Evaluation e)
    {
        Span<char> buffer = stackalloc char[352];
        return Coercion.TryStrictText(value, comparison, buffer, out var text) && regex.IsMatch(text);
    }
}

internal sealed class NetworkPredicate(NetworkRange[] networks, Criterion.Types.Comparison comparison) : Predicate
{
    public override bool Test(in AttributeValue value, Evaluation e)
    {
        Span<char> buffer = stackalloc char[352];
        if (!Coercion.TryStrictText(value, comparison, buffer, out var text) || !NetworkRange.TryAddress(text, out var address)) return false;
        foreach (var network in networks)
        {
            if (network.Contains(address)) return true;
        }

        return false;
    }
}

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
        if (slash >= 0 && (!int.TryParse(cidr.AsSpan(slash + 1), System.Globalization.NumberStyles.None, null, out bits) || bits > width)) return false;
        var host = width - bits;
        var mask = host == 128 ? UInt128.Zero : UInt128.MaxValue << host;
        range = new(address & mask, mask);
        return true;
    }

    public static bool TryAddress(ReadOnlySpan<char> text, out UInt128 address)
    {
        address = default;
        if (text.IndexOf(':') < 0) return TryIPv4(text, out address);
        if (text.IndexOfAny("%[]/") >= 0 || !IPAddress.TryParse(text, out var ip)) return false;
        Span<byte> bytes = stackalloc byte[16];
        ip.TryWriteBytes(bytes, out _);
        address = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return true;
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
