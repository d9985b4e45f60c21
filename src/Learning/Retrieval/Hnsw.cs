using Busker.Learning.Algebra;
using Busker.Learning.Numbers;

namespace Busker.Learning.Retrieval;

/// <summary>
/// Hierarchical navigable small worlds (Malkov and Yashunin 2018) over vectors of length 1, by cosine: flat link arrays, no
/// object per node. Deletes are tombstones; <see cref="ShouldRebuild"/> says when they have become too many. Building is
/// one thread and depends only on the seed and the order of the rows.
/// </summary>
public sealed partial class Hnsw
{
    private readonly float[] _rows;
    private readonly int _d, _m, _beam;
    private readonly int[] _base;          // per node: count, then 2M links
    private readonly int[][] _upper;       // per node above level 0: levels × (count + M links)
    private readonly byte[] _levels;
    private readonly bool[] _dead;
    private int _entry = -1;
    private int _tombstones;

    private Hnsw(float[] rows, int d, int m, int beam)
    {
        (_rows, _d, _m, _beam) = (rows, d, m, beam);
        Count = rows.Length / d;
        _base = new int[Count * (2 * m + 1)];
        _upper = new int[Count][];
        _levels = new byte[Count];
        _dead = new bool[Count];
    }

    public int Count { get; }
    public int Alive => Count - _tombstones;

    /// <summary>Tombstones slow searches and hold memory: past a fifth of the nodes, build again.</summary>
    public bool ShouldRebuild => _tombstones * 5 > Count;

    /// <param name="rows">Row-major, each of length 1; kept, not copied.</param>
    /// <param name="m">Links per node above the ground level; twice that on it.</param>
    /// <param name="beam">Candidates considered while building.</param>
    public static Hnsw Build(float[] rows, int d, int m = 16, int beam = 100, ulong seed = 1)
    {
        if (d == 0 || rows.Length % d != 0) throw new ArgumentException($"{rows.Length} numbers are not whole rows of {d}", nameof(rows));
        var index = new Hnsw(rows, d, m, beam);
        var rng = new Rng(seed);
        var search = new Search(index.Count);
        var scale = 1 / Math.Log(m);
        for (var n = 0; n < index.Count; n++)
        {
            var level = (int)Math.Min(30, -Math.Log(1 - rng.NextDouble()) * scale);
            index.Insert(n, level, search);
        }

        return index;
    }

    /// <summary>Removes a node from answers; it still carries searches across.</summary>
    public void Delete(int node)
    {
        if (_dead[node]) return;
        _dead[node] = true;
        _tombstones++;
    }

    private ReadOnlySpan<float> Row(int n) => _rows.AsSpan(n * _d, _d);
    private float Distance(ReadOnlySpan<float> query, int n) => 1f - Vectors.Dot(query, Row(n));

    private Span<int> Links(int n, int level) => level == 0
        ? _base.AsSpan(n * (2 * _m + 1), 2 * _m + 1)
        : _upper[n].AsSpan((level - 1) * (_m + 1), _m + 1);

    private void Insert(int node, int level, Search search)
    {
        _levels[node] = (byte)level;
        _upper[node] = level > 0 ? new int[level * (_m + 1)] : [];
        if (_entry < 0)
        {
            _entry = node;
            return;
        }

        var query = Row(node);
        var near = Descend(query, level);
        for (var l = Math.Min(level, _levels[_entry]); l >= 0; l--)
        {
            search.Run(this, query, near, _beam, l, livingOnly: false);
            search.Sorted();
            near = search.Found[0].Node;
            Connect(node, l, search);
        }

        if (level > _levels[_entry]) _entry = node;
    }

    private int Descend(ReadOnlySpan<float> query, int to)
    {
        var near = _entry;
        var distance = Distance(query, near);
        for (var l = _levels[_entry]; l > to; l--)
        {
            for (var moved = true; moved;)
            {
                moved = false;
                var links = Links(near, l);
                for (var k = 1; k <= links[0]; k++)
                {
                    var next = Distance(query, links[k]);
                    if (!(next < distance)) continue;
                    (near, distance, moved) = (links[k], next, true);
                }
            }
        }

        return near;
    }

    private void Connect(int node, int level, Search search)
    {
        var limit = level == 0 ? 2 * _m : _m;
        Span<int> chosen = stackalloc int[_m];
        var count = Diverse(search.Found, chosen);
        var own = Links(node, level);
        own[0] = count;
        chosen[..count].CopyTo(own[1..]);
        Span<int> kept = stackalloc int[2 * _m];
        for (var k = 0; k < count; k++)
        {
            var links = Links(chosen[k], level);
            if (links[0] < limit)
            {
                links[++links[0]] = node;
                continue;
            }

            var all = new List<(float Distance, int Node)> { (Distance(Row(node), chosen[k]), node) };
            for (var j = 1; j <= links[0]; j++) all.Add((Distance(Row(links[j]), chosen[k]), links[j]));
            all.Sort();
            links[0] = Diverse(all, kept[..limit]);
            kept[..links[0]].CopyTo(links[1..]);
        }
    }

    /// <summary>Keeps a neighbour only when it is nearer to the node than to every neighbour kept before it.</summary>
    private int Diverse(List<(float Distance, int Node)> sorted, Span<int> kept)
    {
        var count = 0;
        foreach (var (distance, node) in sorted)
        {
            if (count == kept.Length) break;
            var near = true;
            for (var k = 0; near && k < count; k++) near = !(Distance(Row(node), kept[k]) < distance);
            if (near) kept[count++] = node;
        }

        return count;
    }

    /// <summary>The k nearest living rows by cosine, best first. Returns how many were found.</summary>
    /// <param name="beam">Candidates considered; more finds more and takes longer. At least k.</param>
    public int Find(ReadOnlySpan<float> query, int beam, Span<int> best)
    {
        if (_entry < 0) return 0;
        var search = _searches.TryTake(out var held) ? held : new Search(Count);
        search.Run(this, query, Descend(query, 0), Math.Max(beam, best.Length), 0, livingOnly: true);
        search.Sorted();
        var count = Math.Min(best.Length, search.Found.Count);
        for (var k = 0; k < count; k++) best[k] = search.Found[k].Node;
        _searches.Add(search);
        return count;
    }

    private readonly System.Collections.Concurrent.ConcurrentBag<Search> _searches = [];

    /// <summary>The working memory of one search, used again and again: visited marks by epoch, two heaps.</summary>
    private sealed class Search(int count)
    {
        private readonly ushort[] _visited = new ushort[count];
        private ushort _epoch;
        private readonly PriorityQueue<int, float> _open = new();
        private readonly PriorityQueue<(float Distance, int Node), float> _best = new();

        public List<(float Distance, int Node)> Found { get; } = [];

        public void Run(Hnsw index, ReadOnlySpan<float> query, int entry, int beam, int level, bool livingOnly)
        {
            if (++_epoch == 0)
            {
                Array.Clear(_visited);
                _epoch = 1;
            }

            _open.Clear();
            _best.Clear();
            Visit(index, query, entry, beam, livingOnly);
            while (_open.TryDequeue(out var node, out var distance))
            {
                if (_best.Count >= beam && distance > Farthest) break;
                var links = index.Links(node, level);
                for (var k = 1; k <= links[0]; k++)
                    if (_visited[links[k]] != _epoch) Visit(index, query, links[k], beam, livingOnly);
            }
        }

        private float Farthest => _best.TryPeek(out _, out var negative) ? -negative : float.PositiveInfinity;

        private void Visit(Hnsw index, ReadOnlySpan<float> query, int node, int beam, bool livingOnly)
        {
            _visited[node] = _epoch;
            var distance = index.Distance(query, node);
            if (_best.Count >= beam && !(distance < Farthest)) return;
            _open.Enqueue(node, distance);
            if (livingOnly && index._dead[node]) return;
            if (_best.Count >= beam) _best.EnqueueDequeue((distance, node), -distance);
            else _best.Enqueue((distance, node), -distance);
        }

        public void Sorted()
        {
            Found.Clear();
            while (_best.TryDequeue(out var entry, out _)) Found.Add(entry);
            Found.Sort();
        }
    }
}
