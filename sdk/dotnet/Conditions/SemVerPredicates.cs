using Busker.Experiments.V1;
using Busker.Flags.Resolving;

namespace Busker.Flags.Conditions;

internal sealed class SemVerPredicate(SemVer.Types.Op op, string literal, bool strict) : Predicate
{
    private readonly (string, string, string, string) _literal = FullVersion.TryParse(literal, out var parsed) ? parsed.Parts : default;

    public override bool Test(in AttributeValue value, Evaluation e)
    {
        if (value.Kind == AttributeKind.Text) return Test(value.Text);
        Span<char> buffer = stackalloc char[352];
        return Coercion.TryText(value, Criterion.Types.Comparison.Typed, buffer, out var text) && Test(text);
    }

    private bool Test(ReadOnlySpan<char> text)
    {
        if (!FullVersion.TryParse(text, out var left)) return false;
        var right = FullVersion.Of(_literal);
        if (strict && !left.IsStrict(text)) return false;
        return op switch
        {
            SemVer.Types.Op.Caret => left.Major.SequenceEqual(right.Major),
            SemVer.Types.Op.Tilde => left.Major.SequenceEqual(right.Major) && left.Minor.SequenceEqual(right.Minor),
            _ => Holds(op, left.CompareTo(right)),
        };
    }

    public static bool Holds(SemVer.Types.Op op, int order) => op switch
    {
        SemVer.Types.Op.Equal => order == 0,
        SemVer.Types.Op.NotEqual => order != 0,
        SemVer.Types.Op.Less => order < 0,
        SemVer.Types.Op.LessOrEqual => order <= 0,
        SemVer.Types.Op.Greater => order > 0,
        _ => order >= 0,
    };
}

/// <summary>Versions as text whose numeric parts are padded, so that text order is version order.</summary>
internal sealed class PaddedVersionPredicate(SemVer.Types.Op op, string literal) : Predicate
{
    private readonly string _literal = new(Pad(literal, new char[Room(literal)]));

    public override bool Test(in AttributeValue value, Evaluation e)
    {
        Span<char> digits = stackalloc char[352];
        if (!Coercion.TryText(value, Criterion.Types.Comparison.Typed, digits, out var text)) text = default;
        var padded = Pad(text, text.Length <= 64 ? stackalloc char[Room(text)] : new char[Room(text)]);
        return SemVerPredicate.Holds(op, padded.SequenceCompareTo(_literal));
    }

    // A part of one digit takes six characters with its separator.
    private static int Room(ReadOnlySpan<char> text) => text.Length * 5 + 8;

    private static ReadOnlySpan<char> Pad(scoped ReadOnlySpan<char> text, Span<char> buffer)
    {
        if (text.IsEmpty) text = "0";
        if (text[0] == 'v') text = text[1..];
        var plus = text.IndexOf('+');
        if (plus >= 0) text = text[..plus];
        var (at, parts) = (0, 0);
        foreach (var range in text.SplitAny('.', '-'))
        {
            var part = text[range];
            if (parts++ > 0) buffer[at++] = '-';
            var numeric = part.Length > 0 && !part.ContainsAnyExceptInRange('0', '9');
            for (var n = part.Length; numeric && n < 5; n++) buffer[at++] = ' ';
            part.CopyTo(buffer[at..]);
            at += part.Length;
        }

        if (parts != 3) return buffer[..at];
        buffer[at] = '-';
        buffer[at + 1] = '~';
        return buffer[..(at + 2)];
    }
}
