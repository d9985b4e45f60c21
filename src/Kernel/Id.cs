using System.Diagnostics.CodeAnalysis;

namespace Busker.Kernel;

/// <summary>Names a kind of identified thing. The registry is <see cref="IdKinds"/>: append-only.</summary>
public interface IIdKind
{
    static abstract string Prefix { get; }
}

/// <summary>
/// A time-ordered id: <c>pay_</c> + 26 base32 digits on the wire, a 16-byte uuid in the database.
/// The uuid is version 7, so primary keys append rather than scatter and a page token is just the last id.
/// </summary>
public readonly record struct Id<TKind>(Guid Value) : IParsable<Id<TKind>> where TKind : IIdKind
{
    private const string Digits = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int Length = 26;

    public static Id<TKind> New(TimeProvider clock) => new(Guid.CreateVersion7(clock.GetUtcNow()));

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[16];
        Value.TryWriteBytes(bytes, bigEndian: true, out _);
        var high = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
        Span<char> digits = stackalloc char[Length];
        for (var i = Length - 1; i >= 0; i--, high >>= 5)
        {
            digits[i] = Digits[(int)(high & 31)];
        }

        return string.Concat(TKind.Prefix, "_", digits);
    }

    public static Id<TKind> Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var id) ? id : throw new FormatException($"not a {TKind.Prefix}_ id");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Id<TKind> result)
    {
        result = default;
        if (s is null || !s.StartsWith(TKind.Prefix + "_", StringComparison.Ordinal)) return false;
        var digits = s.AsSpan(TKind.Prefix.Length + 1);
        if (digits.Length != Length || digits[0] > '7') return false;
        UInt128 bits = 0;
        foreach (var digit in digits)
        {
            var value = Digits.IndexOf(digit, StringComparison.Ordinal);
            if (value < 0) return false;
            bits = unchecked((bits << 5) | (uint)value);
        }

        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, bits);
        result = new Id<TKind>(new Guid(bytes, bigEndian: true));
        return true;
    }
}
