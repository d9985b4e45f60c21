using Busker.Experiments.V1;
using Busker.Flags.Resolving;

namespace Busker.Flags.Conditions;

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
