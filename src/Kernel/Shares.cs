namespace Busker.Kernel;

/// <summary>
/// Exact division of a whole number in proportion to weights: Hamilton's method of largest remainders.
/// A negative whole is split as its mirror image.
/// </summary>
public static class Shares
{
    /// <param name="whole">what to divide, any unit</param>
    /// <param name="weights">at least one, none negative, not all zero</param>
    /// <returns>one part per weight, in order; their sum is <paramref name="whole"/></returns>
    public static long[] Of(long whole, ReadOnlySpan<long> weights)
    {
        Int128 total = 0;
        foreach (var weight in weights)
        {
            if (weight < 0) throw new InvariantException($"negative weight {weight}");
            total += weight;
        }

        if (total == 0) throw new InvariantException("no weight to split by");

        var parts = new long[weights.Length];
        var remainders = new Int128[weights.Length];
        var left = Int128.Abs(whole);
        for (var i = 0; i < weights.Length; i++)
        {
            var (part, remainder) = Int128.DivRem(Int128.Abs(whole) * weights[i], total);
            (parts[i], remainders[i]) = ((long)part, remainder);
            left -= part;
        }

        var order = new int[weights.Length];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        Array.Sort(order, (a, b) => remainders[a] == remainders[b] ? a.CompareTo(b) : remainders[b].CompareTo(remainders[a]));
        for (var i = 0; i < (int)left; i++) parts[order[i]]++;
        if (whole < 0) for (var i = 0; i < parts.Length; i++) parts[i] = -parts[i];
        return parts;
    }
}
