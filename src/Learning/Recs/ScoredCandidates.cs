using Busker.Learning.Evaluate;
using Busker.Learning.Numbers;
using Busker.Learning.Recommend;

namespace Busker.Learning.Recs;

/// <summary>
/// What generators say of the items any of them ranks high, per listener: standardised scores over the whole catalogue, kept for the union
/// of each one's best. Blends are chosen and learnt on these instead of the full rows.
/// </summary>
public sealed class ScoredCandidates
{
    private const int Together = 64;
    private readonly Row[] _rows;

    private ScoredCandidates(int parts, Row[] rows) => (Parts, _rows) = (parts, rows);

    /// <param name="Items">Ascending.</param>
    /// <param name="Scores">Parts one after the other, each as long as the items.</param>
    /// <param name="Wanted">Whether the item is held out and to be found.</param>
    /// <param name="Held">Number of held-out items, found among the candidates or not.</param>
    public sealed record Row(int User, int[] Items, float[] Scores, bool[] Wanted, int Held, int History);

    public int Parts { get; }
    public IReadOnlyList<Row> Rows => _rows;

    /// <param name="each">Items kept of each part.</param>
    public static ScoredCandidates Of(IGenerator[] parts, Interactions history, Interactions held, int each, Lanes lanes)
    {
        var users = Enumerable.Range(0, held.Users).Where(u => held.Length(u) > 0).ToArray();
        var (asked, truth) = (history.Rows(users), held.Rows(users));
        var items = parts[0].Items;
        var rows = new Row[users.Length];
        using var buffers = new ThreadLocal<float[]>(() => new float[(long)Together * parts.Length * items]);
        lanes.Ranges(users.Length, Together, (from, to) =>
        {
            var (scores, length) = (buffers.Value!, (to - from) * items);
            for (var p = 0; p < parts.Length; p++) parts[p].ScoreMany(asked, from, to, scores.AsSpan(p * length, length));
            for (var u = from; u < to; u++)
            {
                var own = new float[parts.Length][];
                for (var p = 0; p < parts.Length; p++)
                {
                    own[p] = scores.AsSpan(p * length + (u - from) * items, items).ToArray();
                    Blend.Standardize(asked.ItemsOf(u), own[p]);
                }

                rows[u] = Gather(users[u], own, asked.ItemsOf(u), truth.ItemsOf(u), each);
            }
        });
        return new ScoredCandidates(parts.Length, rows);
    }

    private static Row Gather(int user, float[][] scores, ReadOnlySpan<int> heard, ReadOnlySpan<int> held, int each)
    {
        var union = new HashSet<int>();
        var best = new int[each];
        foreach (var part in scores)
        {
            foreach (var i in heard) part[i] = float.NegativeInfinity;
            foreach (var i in best.AsSpan(0, TopK.Select(part, best))) union.Add(i);
        }

        int[] items = [.. union.Order()];
        var kept = new float[scores.Length * items.Length];
        var wanted = new bool[items.Length];
        for (var k = 0; k < items.Length; k++)
        {
            wanted[k] = held.BinarySearch(items[k]) >= 0;
            for (var p = 0; p < scores.Length; p++) kept[p * items.Length + k] = scores[p][items[k]];
        }

        return new Row(user, items, kept, wanted, held.Length, heard.Length);
    }

    /// <summary>nDCG at a depth of each listener when candidates are ranked by what <paramref name="score"/> writes.</summary>
    public double[] Ndcg(Action<Row, Span<float>> score, int depth, Lanes lanes)
    {
        var values = new double[_rows.Length];
        lanes.Ranges(_rows.Length, 64, (from, to) =>
        {
            Span<int> list = stackalloc int[depth];
            for (var u = from; u < to; u++)
            {
                var row = _rows[u];
                var scores = new float[row.Items.Length];
                score(row, scores);
                var found = TopK.Select(scores, list);
                double gain = 0, ideal = 0;
                for (var r = 0; r < found; r++) if (row.Wanted[list[r]]) gain += 1 / Math.Log2(r + 2);
                for (var r = 0; r < Math.Min(depth, row.Held); r++) ideal += 1 / Math.Log2(r + 2);
                values[u] = gain / ideal;
            }
        });
        return values;
    }

    /// <summary>The same candidates of the listeners at these places.</summary>
    public ScoredCandidates Take(Func<int, bool> place) => new(Parts, [.. _rows.Where((_, n) => place(n))]);
}
