namespace Busker.Flags.Conditions;

/// <summary>UTF-16 code units as sorted, disjoint runs: first, last, first, last, …</summary>
internal sealed class CharSet(int[] runs)
{
    public static CharSet Empty { get; } = new([]);
    public static CharSet Digits { get; } = new(['0', '9']);
    public static CharSet Words { get; } = new(['0', '9', 'A', 'Z', '_', '_', 'a', 'z']);
    public static CharSet LineEnds { get; } = new(['\n', '\n', '\r', '\r', 0x2028, 0x2029]);

    /// <summary>JavaScript's \s.</summary>
    public static CharSet Spaces { get; } = new([9, 13, ' ', ' ', 0xa0, 0xa0, 0x1680, 0x1680, 0x2000, 0x200a, 0x2028, 0x2029, 0x202f, 0x202f, 0x205f, 0x205f, 0x3000, 0x3000, 0xfeff, 0xfeff]);

    public ReadOnlySpan<int> Runs => runs;

    public static CharSet Of(char c) => new([c, c]);

    /// <summary>With ignoreCase, ASCII letters in either case: every platform folds the rest in its own way.</summary>
    public static CharSet Range(char first, char last, bool ignoreCase)
    {
        var set = new CharSet([first, last]);
        if (!ignoreCase) return set;
        var (lower, upper) = (Math.Max(first, 'a'), Math.Min(last, 'z'));
        if (lower <= upper) set = set.With(new([lower - 32, upper - 32]));
        (lower, upper) = (Math.Max(first, 'A'), Math.Min(last, 'Z'));
        return lower <= upper ? set.With(new([lower + 32, upper + 32])) : set;
    }

    public CharSet With(CharSet other)
    {
        var merged = new List<int>();
        foreach (var (first, last) in Pairs().Concat(other.Pairs()).Order())
        {
            if (merged.Count > 0 && first <= merged[^1] + 1) merged[^1] = Math.Max(merged[^1], last);
            else merged.AddRange([first, last]);
        }

        return new([.. merged]);
    }

    public CharSet Inverted()
    {
        var inverted = new List<int>();
        var next = 0;
        foreach (var (first, last) in Pairs())
        {
            if (first > next) inverted.AddRange([next, first - 1]);
            next = last + 1;
        }

        if (next <= char.MaxValue) inverted.AddRange([next, char.MaxValue]);
        return new([.. inverted]);
    }

    public bool Contains(int c)
    {
        for (var i = 0; i < runs.Length; i += 2)
        {
            if (c >= runs[i] && c <= runs[i + 1]) return true;
        }

        return false;
    }

    private IEnumerable<(int First, int Last)> Pairs()
    {
        for (var i = 0; i < runs.Length; i += 2) yield return (runs[i], runs[i + 1]);
    }
}
