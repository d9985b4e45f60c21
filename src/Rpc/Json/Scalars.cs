using System.Globalization;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Busker.Rpc.Json;

/// <summary>Single values of proto3 JSON. Null means: not such a value. Boxed as the field's C# type.</summary>
internal static class Scalars
{
    public static object? FromNumber(FieldType type, ReadOnlySpan<byte> token) =>
        type is FieldType.String or FieldType.Bool ? null : FromText(type, Encoding.ASCII.GetString(token));

    /// <summary>A number, a map key or a quoted number; also <c>NaN</c> and the infinities for floats.</summary>
    public static object? FromText(FieldType type, string text) => type switch
    {
        FieldType.String => text,
        FieldType.Bool => text switch { "true" => true, "false" => false, _ => null },
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 or FieldType.Enum => Int32(text),
        FieldType.UInt32 or FieldType.Fixed32 => Whole(text) is >= 0 and <= uint.MaxValue and var n ? (uint)n : null,
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => Whole(text) is >= long.MinValue and <= long.MaxValue and var n ? (long)n : null,
        FieldType.UInt64 or FieldType.Fixed64 => Whole(text) is >= 0 and <= ulong.MaxValue and var n ? (ulong)n : null,
        FieldType.Double => Real(text),
        FieldType.Float => Real(text) is { } d && (!double.IsFinite(d) || float.IsFinite((float)d)) ? (float)d : null,
        _ => null,
    };

    public static ByteString? Bytes(string text)
    {
        var plain = text.Replace('-', '+').Replace('_', '/').TrimEnd('=');
        try
        {
            return ByteString.FromBase64(plain.PadRight((plain.Length + 3) / 4 * 4, '='));
        }
        catch (FormatException)
        {
            return null;
        }
    }

    public static string Describe(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.String => "a text",
        FieldType.Bytes => "base64",
        FieldType.Bool => "true or false",
        FieldType.Enum => "one of " + string.Join(", ", field.EnumType.Values.Select(v => v.Name)),
        FieldType.Double or FieldType.Float => "a number",
        _ => $"a whole number that fits {field.FieldType.ToString().ToLowerInvariant()}",
    };

    private static int? Int32(string text) => Whole(text) is >= int.MinValue and <= int.MaxValue and var n ? (int)n : null;

    /// <summary>1, 1.0 and 1e3 are whole; 1.5 is not. Exact up to 28 digits, which covers 64 bits.</summary>
    private static decimal? Whole(string text) =>
        decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
            CultureInfo.InvariantCulture, out var n) && n == decimal.Truncate(n) ? n : null;

    private static double? Real(string text) => text switch
    {
        "NaN" => double.NaN,
        "Infinity" => double.PositiveInfinity,
        "-Infinity" => double.NegativeInfinity,
        _ => double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
            CultureInfo.InvariantCulture, out var n) && double.IsFinite(n) ? n : null,
    };
}
