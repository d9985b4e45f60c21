namespace Busker.Learning.Retrieval;

/// <summary>How an answer was found.</summary>
public enum RetrievalPlan
{
    /// <summary>Every allowed row was scored: few rows, or few left by the filter.</summary>
    AllowedRows,

    /// <summary>8-bit scan of all rows, the best re-ranked, the filter applied between.</summary>
    QuantizedScan,

    /// <summary>The graph: many rows and no filter.</summary>
    Graph,
}

/// <summary>
/// Picks the cheapest way that answers in full. Never fewer than k while k are allowed: a plan that comes back short is followed
/// by the exact one.
/// </summary>
/// <param name="set">The vectors.</param>
/// <param name="graph">A graph over the same rows, when there is one.</param>
/// <remarks>Rows deleted from the graph are in no answer, whatever the plan.</remarks>
public sealed class Retriever(VectorSet set, Hnsw? graph = null)
{
    private readonly Hnsw? _graph = graph is null || (graph.Count == set.Count && graph.Dimensions == set.Dimensions)
        ? graph
        : throw new ArgumentException($"the graph has {graph.Count} rows of {graph.Dimensions} numbers, the set {set.Count} of {set.Dimensions}", nameof(graph));

    /// <summary>Rows above which an unfiltered search goes through the graph.</summary>
    public int GraphFrom { get; init; } = 300_000;

    /// <summary>Share of allowed rows below which only those are scored.</summary>
    public const double ScanFrom = 0.2;

    /// <param name="allowed">Bitmap, one bit per row, least significant first; empty when everything is allowed.</param>
    public RetrievalPlan Plan(ReadOnlySpan<ulong> allowed, int k) =>
        allowed.IsEmpty
            ? _graph is not null && set.Count > GraphFrom && k < set.Count / 10 ? RetrievalPlan.Graph : RetrievalPlan.QuantizedScan
            : CountAllowed(allowed) < ScanFrom * set.Count ? RetrievalPlan.AllowedRows : RetrievalPlan.QuantizedScan;

    /// <summary>Writes the best rows, best first; returns how many, which is k or all that are allowed and not deleted.</summary>
    /// <param name="query">d numbers.</param>
    /// <param name="allowed">Bitmap, one bit per row, least significant first; empty when everything is allowed.</param>
    /// <param name="best">k places.</param>
    /// <param name="plan">How the answer was found.</param>
    /// <exception cref="ArgumentException">A query of another width or with a number that is not finite; a bitmap of another length or with a bit beyond the last row.</exception>
    public int Find(ReadOnlySpan<float> query, ReadOnlySpan<ulong> allowed, Span<int> best, out RetrievalPlan plan)
    {
        Check(query, allowed);
        plan = Plan(allowed, best.Length);
        var scores = new float[best.Length];
        if (_graph is { HasDeleted: true } && plan != RetrievalPlan.Graph)
        {
            allowed = _graph.Living(allowed);
            plan = Plan(allowed, best.Length);
        }

        if (plan == RetrievalPlan.AllowedRows) return set.AmongQuantized(Rows(allowed), query, 2 * best.Length + 32, best, scores);
        var found = plan == RetrievalPlan.Graph
            ? _graph!.Find(query, Math.Max(200, 2 * best.Length), best)
            : Scan(query, allowed, best, scores);
        if (found == best.Length) return found;
        plan = RetrievalPlan.AllowedRows;
        if (_graph is { HasDeleted: true }) allowed = _graph.Living(allowed);
        return allowed.IsEmpty ? set.Exact(query, best, scores) : set.Among(Rows(allowed), query, best, scores);
    }

    private void Check(ReadOnlySpan<float> query, ReadOnlySpan<ulong> allowed)
    {
        if (query.Length != set.Dimensions) throw new ArgumentException($"the query has {query.Length} numbers, the rows have {set.Dimensions}", nameof(query));
        for (var i = 0; i < query.Length; i++)
            if (!float.IsFinite(query[i])) throw new ArgumentException($"the query's number at place {i} is {query[i]}", nameof(query));
        if (allowed.IsEmpty) return;
        if (allowed.Length != (set.Count + 63) / 64) throw new ArgumentException($"a bitmap of {allowed.Length} words for {set.Count} rows; it takes {(set.Count + 63) / 64}", nameof(allowed));
        var beyond = (set.Count & 63) == 0 ? 0 : allowed[^1] >> (set.Count & 63);
        if (beyond != 0) throw new ArgumentException($"the bitmap allows row {set.Count + System.Numerics.BitOperations.TrailingZeroCount(beyond)} of {set.Count} rows", nameof(allowed));
    }

    private int Scan(ReadOnlySpan<float> query, ReadOnlySpan<ulong> allowed, Span<int> best, float[] scores)
    {
        if (allowed.IsEmpty) return set.Quantized(query, 2 * best.Length, best, scores);
        var share = Math.Max(0.01, (double)CountAllowed(allowed) / set.Count);
        var wide = new int[Math.Min(set.Count, (int)(3 * best.Length / share) + 16)];
        var candidates = wide.AsSpan(0, set.Quantized(query, wide.Length, wide, new float[wide.Length]));
        var kept = 0;
        foreach (var row in candidates)
        {
            if (kept == best.Length) break;
            if (IsAllowed(allowed, row)) best[kept++] = row;
        }

        return kept;
    }

    private static bool IsAllowed(ReadOnlySpan<ulong> allowed, int row) => (allowed[row >> 6] >> (row & 63) & 1) != 0;

    private static int CountAllowed(ReadOnlySpan<ulong> allowed)
    {
        var count = 0;
        foreach (var word in allowed) count += System.Numerics.BitOperations.PopCount(word);
        return count;
    }

    private static int[] Rows(ReadOnlySpan<ulong> allowed)
    {
        var rows = new int[CountAllowed(allowed)];
        for (int w = 0, n = 0; w < allowed.Length; w++)
            for (var word = allowed[w]; word != 0; word &= word - 1) rows[n++] = (w << 6) + System.Numerics.BitOperations.TrailingZeroCount(word);
        return rows;
    }
}
