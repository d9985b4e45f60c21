using Busker.Experiments.V1;
using Busker.Flags.Resolving;
using Comparison = Busker.Experiments.V1.Criterion.Types.Comparison;

namespace Busker.Flags.Conditions;

internal sealed class NumberSetPredicate(double[] literals, Comparison comparison, bool shipped) : Predicate
{
    private readonly HashSet<double>? _many = literals.Length > 8 ? [.. literals] : null;

    public override bool Test(in AttributeValue value, Evaluation e)
    {
        if (!Coercion.TryNumber(value, comparison, out var number))
        {
            if (shipped && value.Kind == AttributeKind.Text) e.Spoil($"\"{value.Text}\" is not a number");
            return false;
        }

        return _many?.Contains(number) ?? Array.IndexOf(literals, number) >= 0;
    }
}

internal sealed class BoolSetPredicate(bool hasTrue, bool hasFalse, Comparison comparison) : Predicate
{
    public override bool Test(in AttributeValue value, Evaluation e) =>
        Coercion.TryBool(value, comparison, out var result) && (result ? hasTrue : hasFalse);
}

internal sealed class TimestampSetPredicate(long[] literals, Comparison comparison) : Predicate
{
    public override bool Test(in AttributeValue value, Evaluation e) =>
        Coercion.TryTimestamp(value, comparison, out var us) && Array.IndexOf(literals, us) >= 0;
}

/// <summary>Strings, and versions, whose equality is that of their text.</summary>
internal sealed class TextSetPredicate : Predicate
{
    private readonly string[] _literals;
    private readonly HashSet<string>? _many;
    private readonly Comparison _comparison;
    private readonly bool _ignoreCase;

    public TextSetPredicate(string[] literals, Comparison comparison, bool ignoreCase)
    {
        _literals = ignoreCase ? [.. literals.Select(CaseFold.Lower)] : literals;
        if (literals.Length > 8) _many = new(_literals, StringComparer.Ordinal);
        (_comparison, _ignoreCase) = (comparison, ignoreCase);
    }

    public override bool Test(in AttributeValue value, Evaluation e)
    {
        if (value.Kind != AttributeKind.Text || _ignoreCase) return Slow(value);
        if (_many is not null) return _many.Contains(value.Text); // by the text itself: its hash is cheaper than that of a span
        foreach (var literal in _literals)
        {
            if (string.Equals(literal, value.Text, StringComparison.Ordinal)) return true;
        }

        return false;
    }

    private bool Slow(in AttributeValue value)
    {
        Span<char> buffer = stackalloc char[352];
        if (!Coercion.TryText(value, _comparison, buffer, out var text)) return false;
        if (!_ignoreCase) return Contains(text);
        return Contains(CaseFold.Lower(text, text.Length <= 256 ? stackalloc char[text.Length] : new char[text.Length]));
    }

    private bool Contains(ReadOnlySpan<char> text)
    {
        if (_many is not null) return _many.GetAlternateLookup<ReadOnlySpan<char>>().Contains(text);
        foreach (var literal in _literals)
        {
            if (text.SequenceEqual(literal)) return true;
        }

        return false;
    }
}

internal sealed class LooseSetPredicate(Literal[] literals) : Predicate
{
    public override bool Test(in AttributeValue value, Evaluation e)
    {
        foreach (var literal in literals)
        {
            if (Coercion.LooseEquals(value, literal)) return true;
        }

        return false;
    }
}

internal sealed class NumberRangePredicate(double? lower, bool above, double? upper, bool below, Comparison comparison, bool shipped) : Predicate
{
    public override bool Test(in AttributeValue value, Evaluation e)
    {
        if (!Coercion.TryNumber(value, comparison, out var number))
        {
            if (shipped && value.Kind == AttributeKind.Text) e.Spoil($"\"{value.Text}\" is not a number");
            return false;
        }

        return !double.IsNaN(number)
            && (lower is not { } low || (above ? number > low : number >= low))
            && (upper is not { } high || (below ? number < high : number <= high));
    }
}

internal sealed class TimestampRangePredicate(long? lower, bool above, long? upper, bool below, Comparison comparison) : Predicate
{
    public override bool Test(in AttributeValue value, Evaluation e) =>
        Coercion.TryTimestamp(value, comparison, out var us)
        && (lower is not { } low || (above ? us > low : us >= low))
        && (upper is not { } high || (below ? us < high : us <= high));
}

internal sealed class VersionRangePredicate(ShortVersion? lower, bool above, ShortVersion? upper, bool below) : Predicate
{
    public override bool Test(in AttributeValue value, Evaluation e)
    {
        if (value.Kind != AttributeKind.Text) return false;
        var version = ShortVersion.Parse(value.Text);
        return (lower is not { } low || version.CompareTo(low) >= (above ? 1 : 0))
            && (upper is not { } high || version.CompareTo(high) <= (below ? -1 : 0));
    }
}

/// <summary>JavaScript's order of strings: by UTF-16 code units.</summary>
internal sealed class TextRangePredicate(string? lower, bool above, string? upper, bool below, Comparison comparison) : Predicate
{
    public override bool Test(in AttributeValue value, Evaluation e)
    {
        Span<char> buffer = stackalloc char[352];
        return Coercion.TryStrictText(value, comparison, buffer, out var text)
            && (lower is null || text.SequenceCompareTo(lower) >= (above ? 1 : 0))
            && (upper is null || text.SequenceCompareTo(upper) <= (below ? -1 : 0));
    }
}

internal sealed class ModuloPredicate(long divisor, long remainder, Comparison comparison) : Predicate
{
    public override bool Test(in AttributeValue value, Evaluation e)
    {
        if (!Coercion.TryNumber(value, comparison, out var number)) return false;
        if (Math.Abs(number) > 9007199254740992 || Math.Floor(number) != number) return false;
        var rest = (long)number % divisor;
        return (rest < 0 ? rest + divisor : rest) == remainder;
    }
}

internal sealed class RelativeTimePredicate(long? fromUs, long? toUs) : Predicate
{
    public override bool Test(in AttributeValue value, Evaluation e) =>
        Coercion.TryTimestamp(value, Comparison.Typed, out var us)
        && (fromUs is not { } from || us >= e.NowUs + from)
        && (toUs is not { } to || us < e.NowUs + to);
}
