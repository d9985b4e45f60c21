using Busker.Learning.Numbers;

namespace Busker.Learning.Retrieval;

/// <summary>
/// Hierarchical navigable small worlds (Malkov and Yashunin 2018) over vectors of length 1, by cosine: flat link arrays, no
/// object per node. The graph is built and walked on the 8-bit copy of the rows, answers are re-ranked in single precision. Deletes are
/// tombstones; <see cref="ShouldRebuild"/> says when they have become too many. Building is one thread and depends only on the
/// seed and the order of the rows.
/// </summary>
public sealed partial class Hnsw
{
    private readonly VectorSet _set;
    private readonly Codes _codes;
    private readonly int _m, _beam;
    private readonly int[] _base = [];     // per node: count, then 2M links; in a loaded index they stand in the file
    private readonly MappedFile? _file;
    private readonly unsafe int* _links;
    private readonly int[][] _upper;       // per node above level 0: levels × (count + M links)
    private readonly byte[] _levels;
    private readonly bool[] _dead;
    private readonly ulong[] _living; // one bit per row
    private int _entry = -1;
    private int _tombstones;

    private Hnsw(VectorSet set, int m, int beam, MappedFile? file = null, long links = 0)
    {
        (_set, _codes, _m, _beam, _file) = (set, set.Codes, m, beam, file);
        if (file is null) _base = new int[Count * (2 * m + 1)];
        else unsafe { _links = file.At<int>(links); }
        _upper = new int[Count][];
        _levels = new byte[Count];
        _dead = new bool[Count];
        _living = new ulong[(Count + 63) / 64];
        for (var r = 0; r < Count; r++) _living[r >> 6] |= 1UL << (r & 63);
    }

    /// <summary>The rows, for a <see cref="Retriever"/> to share.</summary>
    public VectorSet Set => _set;

    /// <summary>Rows, deleted ones among them.</summary>
    public int Count => _set.Count;

    /// <summary>d, the numbers of a row.</summary>
    public int Dimensions => _set.Dimensions;

    /// <summary>Rows that can be found.</summary>
    public int Alive => Count - _tombstones;

    /// <summary>Tombstones slow searches and hold memory: past a fifth of the nodes, build again.</summary>
    public bool ShouldRebuild => _tombstones * 5 > Count;

    /// <param name="rows">Row-major, each of length 1; kept, not copied.</param>
    /// <param name="m">Links per node above the ground level; twice that on it.</param>
    /// <param name="beam">Candidates considered while building.</param>
    public static Hnsw Build(float[] rows, int d, int m = 16, int beam = 100, ulong seed = 1) => Build(new VectorSet(rows, d), m, beam, seed);

    /// <param name="set">Rows of length 1; shared, not copied.</param>
    public static Hnsw Build(VectorSet set, int m = 16, int beam = 100, ulong seed = 1, Action<int>? progress = null)
    {
        var index = new Hnsw(set, m, beam);
        var rng = new Rng(seed);
        var search = new GraphSearch(index);
        var scale = 1 / Math.Log(m);
        for (var n = 0; n < index.Count; n++)
        {
            var level = (int)Math.Min(30, -Math.Log(1 - rng.NextDouble()) * scale);
            index.Insert(n, level, search);
            if (n % 50_000 == 0) progress?.Invoke(n);
        }

        return index;
    }

    /// <summary>Removes a node from answers; it still carries searches across.</summary>
    public void Delete(int node)
    {
        if (_dead[node]) return;
        _dead[node] = true;
        _living[node >> 6] &= ~(1UL << (node & 63));
        _tombstones++;
    }

    internal bool HasDeleted => _tombstones > 0;

    /// <summary>The allowed rows that are not deleted; empty means everything is allowed.</summary>
    internal ulong[] Living(ReadOnlySpan<ulong> allowed)
    {
        if (allowed.IsEmpty) return _living;
        var both = allowed.ToArray();
        for (var w = 0; w < both.Length; w++) both[w] &= _living[w];
        return both;
    }

    private Span<int> Links(int n, int level) => level == 0
        ? Ground(n * (2 * _m + 1), 2 * _m + 1)
        : _upper[n].AsSpan((level - 1) * (_m + 1), _m + 1);

    /// <summary>Links on the ground level; those of a loaded index are only read.</summary>
    private unsafe Span<int> Ground(int from, int count) => _file is null ? _base.AsSpan(from, count) : new Span<int>(_links + from, count);

    private void Insert(int node, int level, GraphSearch search)
    {
        _levels[node] = (byte)level;
        _upper[node] = level > 0 ? new int[level * (_m + 1)] : [];
        if (_entry < 0)
        {
            _entry = node;
            return;
        }

        Span<sbyte> code = stackalloc sbyte[_codes.Stride];
        var query = _codes.AsQuery(node, code);
        var near = Descend(query, level);
        for (var l = Math.Min(level, _levels[_entry]); l >= 0; l--)
        {
            search.Run(query, near, _beam, l, livingOnly: false);
            search.Sort();
            near = search.Found[0].Node;
            Connect(node, l, search);
        }

        if (level > _levels[_entry]) _entry = node;
    }

    private int Descend(scoped in Codes.Query query, int to)
    {
        var near = _entry;
        var score = _codes.Score(query, near);
        for (var l = (int)_levels[_entry]; l > to; l--)
        {
            for (var moved = true; moved;)
            {
                moved = false;
                var links = Links(near, l);
                for (var k = 1; k <= links[0]; k++)
                {
                    var next = _codes.Score(query, links[k]);
                    if (!(next > score)) continue;
                    (near, score, moved) = (links[k], next, true);
                }
            }
        }

        return near;
    }

    private void Connect(int node, int level, GraphSearch search)
    {
        var limit = level == 0 ? 2 * _m : _m;
        Span<int> chosen = stackalloc int[_m];
        Span<int> kept = stackalloc int[2 * _m];
        Span<GraphSearch.Near> all = stackalloc GraphSearch.Near[2 * _m + 1];
        Span<sbyte> code = stackalloc sbyte[_codes.Stride];
        var count = Diverse(search.Found, chosen);
        var own = Links(node, level);
        own[0] = count;
        chosen[..count].CopyTo(own[1..]);
        for (var k = 0; k < count; k++)
        {
            var links = Links(chosen[k], level);
            if (links[0] < limit)
            {
                links[++links[0]] = node;
                continue;
            }

            var query = _codes.AsQuery(chosen[k], code);
            all[0] = new GraphSearch.Near(_codes.Score(query, node), node);
            for (var j = 1; j <= limit; j++) all[j] = new GraphSearch.Near(_codes.Score(query, links[j]), links[j]);
            var candidates = all[..(limit + 1)];
            candidates.Sort(GraphSearch.BestFirst);
            links[0] = Diverse(candidates, kept[..limit]);
            kept[..links[0]].CopyTo(links[1..]);
        }
    }

    /// <summary>Keeps a neighbour only when it is nearer to the node than to every neighbour kept before it.</summary>
    private int Diverse(ReadOnlySpan<GraphSearch.Near> sorted, Span<int> kept)
    {
        Span<sbyte> code = stackalloc sbyte[_codes.Stride];
        var count = 0;
        foreach (var (score, node) in sorted)
        {
            if (count == kept.Length) break;
            var own = _codes.AsQuery(node, code);
            var near = true;
            for (var k = 0; near && k < count; k++) near = !(_codes.Score(own, kept[k]) > score);
            if (near) kept[count++] = node;
        }

        return count;
    }

    /// <summary>The k nearest living rows by cosine, best first. Returns how many were found.</summary>
    /// <param name="beam">Candidates considered; more finds more and takes longer. At least k.</param>
    public int Find(ReadOnlySpan<float> query, int beam, Span<int> best)
    {
        if (_entry < 0) return 0;
        var search = _searches.TryTake(out var held) ? held : new GraphSearch(this);
        Span<sbyte> code = stackalloc sbyte[_codes.Stride];
        var asked = new Codes.Query(code, Codes.Quantize(query, code));
        search.Run(asked, Descend(asked, 0), Math.Max(beam, best.Length), 0, livingOnly: true);
        var count = search.Rerank(_set, query, best);
        _searches.Add(search);
        GC.KeepAlive(this);
        return count;
    }

    private readonly System.Collections.Concurrent.ConcurrentBag<GraphSearch> _searches = [];
}
