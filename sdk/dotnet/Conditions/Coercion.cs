using Busker.Experiments.V1;
using Comparison = Busker.Experiments.V1.Criterion.Types.Comparison;

namespace Busker.Flags.Conditions;

/// <summary>An attribute as the type of a literal. Strict takes only its own type; typed converts; loose is JavaScript's.</summary>
internal static class Coercion
{
    /// <summary>What JavaScript trims.</summary>
    private const string WhiteSpace = "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff";

    public static bool TryNumber(in AttributeValue value, Comparison comparison, out double number)
    {
        number = value.Number;
        switch (value.Kind)
        {
            case AttributeKind.Number:
                return true;
            case AttributeKind.Text when comparison == Comparison.Typed:
                return NumberText.TryParse(value.Text, out number);
            case var kind when comparison == Comparison.Text:
                return kind is AttributeKind.Text or AttributeKind.List && TryLoose(value, out number);
            default:
                return comparison == Comparison.Loose && TryLoose(value, out number);
        }
    }

    public static bool TryBool(in AttributeValue value, Comparison comparison, out bool result)
    {
        result = value.Bool;
        if (value.Kind == AttributeKind.Bool) return true;
        if (value.Kind != AttributeKind.Text || comparison != Comparison.Typed) return false;
        result = System.Text.Ascii.EqualsIgnoreCase(value.Text, "true");
        return result || System.Text.Ascii.EqualsIgnoreCase(value.Text, "false");
    }

    public static bool TryTimestamp(in AttributeValue value, Comparison comparison, out long us)
    {
        us = 0;
        return value.Kind switch
        {
            AttributeKind.Number when comparison == Comparison.Typed => TimestampText.TryRead(value.Number, out us),
            AttributeKind.Text => TimestampText.TryParse(value.Text, out us),
            _ => false,
        };
    }

    /// <summary>The text; a number is written into the buffer. False: not text.</summary>
    public static bool TryText(in AttributeValue value, Comparison comparison, Span<char> buffer, out ReadOnlySpan<char> text)
    {
        text = default;
        if (value.Kind == AttributeKind.Text) text = value.Text;
        else if (value.Kind == AttributeKind.Number && comparison is Comparison.Typed or Comparison.Text) text = NumberText.Format(value.Number, buffer);
        else if (value.IsAbsent || comparison != Comparison.Text) return false;
        else text = Text(value);
        return true;
    }

    /// <summary>Only text is text, unless everything becomes text first.</summary>
    public static bool TryStrictText(in AttributeValue value, Comparison comparison, Span<char> buffer, out ReadOnlySpan<char> text) =>
        TryText(value, comparison == Comparison.Text ? comparison : Comparison.Strict, buffer, out text);

    /// <summary>String(x) of JavaScript, numbers without an exponent.</summary>
    public static string Text(in AttributeValue value)
    {
        switch (value.Kind)
        {
            case AttributeKind.Bool: return value.Bool ? "true" : "false";
            case AttributeKind.Number: return NumberText.Format(value.Number);
            case AttributeKind.Text: return value.Text;
            case AttributeKind.Struct: return "[object Object]";
            case AttributeKind.List: break;
            default: return "";
        }

        var text = new System.Text.StringBuilder();
        for (var i = 0; i < value.List.Length; i++) text.Append(i > 0 ? "," : "").Append(Text(value.List[i]));
        return text.ToString();
    }

    /// <summary>Number(x) of JavaScript for null, bool, string and list; false when it is NaN.</summary>
    public static bool TryLoose(in AttributeValue value, out double number)
    {
        number = value.Number;
        if (value.Kind is AttributeKind.Number or AttributeKind.Bool or AttributeKind.Null or AttributeKind.Missing) return true;
        if (value.Kind is not (AttributeKind.Text or AttributeKind.List)) return false;
        var text = (value.Kind == AttributeKind.Text ? value.Text : Text(value)).AsSpan().Trim(WhiteSpace);
        if (text.Length == 0) return true;
        return NumberText.TryParse(text, out number) && !double.IsNaN(number) && (!double.IsInfinity(number) || text.EndsWith("Infinity"));
    }

    public static bool LooseEquals(in AttributeValue value, Literal literal)
    {
        if (value.IsAbsent) return false;
        if (literal.ValueCase == Literal.ValueOneofCase.String)
        {
            if (value.Kind == AttributeKind.Text) return value.Text == literal.String;
            if (value.Kind == AttributeKind.List) return Text(value) == literal.String;
            return value.Kind is AttributeKind.Bool or AttributeKind.Number
                && TryLoose(AttributeValue.Of(literal.String), out var parsed) && parsed == value.Number;
        }

        var expected = literal.ValueCase == Literal.ValueOneofCase.Bool ? (literal.Bool ? 1 : 0) : literal.Number;
        return TryLoose(value, out var number) && number == expected;
    }
}
