namespace Busker.Learning.Evaluate;

/// <summary>The k best items of a score row: score descending, then item number ascending. −∞ is never taken.</summary>
public static class TopK
{
    /// <summary>Writes up to <c>best.Length</c> items, best first.</summary>
    /// <returns>How many there were; fewer than asked only when fewer are allowed.</returns>
    public static int Select(ReadOnlySpan<float> scores, Span<int> best)
    {
        Span<float> keys = best.Length <= 1024 ? stackalloc float[best.Length] : new float[best.Length];
        var count = 0;
        for (var i = 0; i < scores.Length; i++)
        {
            var s = scores[i];
            if (count == best.Length)
            {
                if (!(s > keys[0])) continue; // ties keep the earlier item, which has the lower number
                Replace(keys, best, s, i);
            }
            else if (s > float.NegativeInfinity)
            {
                Push(keys, best, count++, s, i);
            }
        }

        Sort(keys[..count], best[..count]);
        return count;
    }

    // A binary heap, worst on top. Of two equal scores the higher item number is the worse.
    private static bool Worse(float a, int ia, float b, int ib) => a < b || (a == b && ia > ib);

    private static void Push(Span<float> keys, Span<int> items, int at, float key, int item)
    {
        while (at > 0)
        {
            var parent = (at - 1) / 2;
            if (!Worse(key, item, keys[parent], items[parent])) break;
            (keys[at], items[at]) = (keys[parent], items[parent]);
            at = parent;
        }

        (keys[at], items[at]) = (key, item);
    }

    private static void Replace(Span<float> keys, Span<int> items, float key, int item)
    {
        var at = 0;
        while (true)
        {
            var child = 2 * at + 1;
            if (child >= keys.Length) break;
            if (child + 1 < keys.Length && Worse(keys[child + 1], items[child + 1], keys[child], items[child])) child++;
            if (!Worse(keys[child], items[child], key, item)) break;
            (keys[at], items[at]) = (keys[child], items[child]);
            at = child;
        }

        (keys[at], items[at]) = (key, item);
    }

    private static void Sort(Span<float> keys, Span<int> items)
    {
        for (var n = keys.Length; n > 1; n--)
        {
            var (key, item) = (keys[n - 1], items[n - 1]);
            (keys[n - 1], items[n - 1]) = (keys[0], items[0]);
            Replace(keys[..(n - 1)], items[..(n - 1)], key, item);
        }
    }
}
