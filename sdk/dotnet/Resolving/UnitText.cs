using System.Text;
using System.Text.Unicode;
using Busker.Flags.Hashing;

namespace Busker.Flags.Resolving;

/// <summary>A unit: a string of at most 100 UTF-8 bytes, or a whole number written without exponent.</summary>
internal static class UnitText
{
    public static string Of(in AttributeValue value) => value.Kind switch
    {
        AttributeKind.Text => value.Text,
        AttributeKind.Number => Conditions.NumberText.Format(value.Number),
        _ => "",
    };

    public static AttributeValue Find(CompiledRule rule, EvaluationContext context)
    {
        var value = rule.Selector.Read(context);
        for (var i = 0; value.IsAbsent && i < rule.Fallbacks.Length; i++) value = rule.Fallbacks[i].Read(context);
        return value;
    }

    public static string Select(CompiledRule rule, EvaluationContext context) => Of(Find(rule, context));

    /// <summary>The UTF-8 bytes. Empty and no error: there is no unit. The buffer holds 100 bytes.</summary>
    public static ReadOnlySpan<byte> Read(in AttributeValue value, Span<byte> buffer, out bool error)
    {
        error = false;
        if (value.IsAbsent) return default;
        if (value.Kind == AttributeKind.Text)
        {
            Utf8.FromUtf16(value.Text, buffer, out var read, out var written);
            error = read < value.Text.Length;
            return error ? default : buffer[..written];
        }

        error = value.Kind != AttributeKind.Number || !double.IsFinite(value.Number) || Math.Floor(value.Number) != value.Number;
        if (error) return default;
        Span<char> digits = stackalloc char[352];
        var text = Conditions.NumberText.Format(value.Number, digits);
        error = text.Length > Bucketing.MaxUnitBytes;
        return error ? default : buffer[..Encoding.UTF8.GetBytes(text, buffer)];
    }
}
