using System.Buffers;

namespace Busker.Learning.Features;

/// <summary>The median amount of payments: middle value, or the mean of the two in the middle.</summary>
internal static class MedianAmount
{
    public static double Of(ReadOnlySpan<Entry> entries)
    {
        if (entries.Length == 0) return double.NaN;
        long[]? rented = null;
        var amounts = entries.Length <= 512 ? stackalloc long[entries.Length] : (rented = ArrayPool<long>.Shared.Rent(entries.Length)).AsSpan(0, entries.Length);
        for (var i = 0; i < amounts.Length; i++) amounts[i] = entries[i].Amount;
        var middle = amounts.Length / 2;
        var upper = Select(amounts, middle);
        double median = upper;
        if (amounts.Length % 2 == 0)
        {
            var lower = amounts[0];
            foreach (var amount in amounts[..middle]) lower = Math.Max(lower, amount);
            median = (lower + (double)upper) / 2;
        }

        if (rented is not null) ArrayPool<long>.Shared.Return(rented);
        return median;
    }

    /// <summary>Puts the k-th smallest at place k, smaller ones before it (Hoare 1961; pivot: the middle of three).</summary>
    private static long Select(Span<long> items, int k)
    {
        var (from, to) = (0, items.Length - 1);
        while (from < to)
        {
            var pivot = MiddleOf(items[from], items[(from + to) >> 1], items[to]);
            var (i, j) = (from, to);
            while (i <= j)
            {
                while (items[i] < pivot) i++;
                while (items[j] > pivot) j--;
                if (i > j) break;
                (items[i], items[j]) = (items[j], items[i]);
                i++;
                j--;
            }

            if (k <= j) to = j;
            else if (k >= i) from = i;
            else break;
        }

        return items[k];
    }

    private static long MiddleOf(long a, long b, long c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
}
