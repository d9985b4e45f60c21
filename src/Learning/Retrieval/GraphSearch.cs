namespace Busker.Learning.Retrieval;

public sealed partial class Hnsw
{
    /// <summary>The working memory of one search, used again and again: visited marks by epoch, two heaps in flat arrays.</summary>
    private sealed class GraphSearch(Hnsw index)
    {
        /// <summary>A node and how near it is; higher is nearer.</summary>
        public readonly record struct Near(float Score, int Node);

        public static readonly Comparison<Near> BestFirst = (a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : a.Node.CompareTo(b.Node);

        private readonly ushort[] _visited = new ushort[index.Count];
        private readonly int[] _fresh = new int[2 * index._m];
        private Near[] _open = new Near[256];  // best on top
        private Near[] _best = new Near[256];  // worst on top
        private ushort _epoch;
        private int _opened, _found;

        public ReadOnlySpan<Near> Found => _best.AsSpan(0, _found);

        public void Run(scoped in Codes.Query query, int entry, int beam, int level, bool livingOnly)
        {
            if (++_epoch == 0)
            {
                Array.Clear(_visited);
                _epoch = 1;
            }

            if (_best.Length < beam) _best = new Near[beam];
            (_opened, _found) = (0, 0);
            var codes = index._codes;
            _visited[entry] = _epoch;
            Take(new Near(codes.Score(query, entry), entry), beam, livingOnly);
            while (_opened > 0)
            {
                var next = PopOpen();
                if (_found >= beam && next.Score < _best[0].Score) break;
                var links = index.Links(next.Node, level);
                var fresh = 0;
                for (var k = 1; k <= links[0]; k++)
                {
                    var node = links[k];
                    if (_visited[node] == _epoch) continue;
                    _visited[node] = _epoch;
                    codes.Prefetch(node);
                    _fresh[fresh++] = node;
                }

                for (var k = 0; k < fresh; k++)
                {
                    var score = codes.Score(query, _fresh[k]);
                    if (_found < beam || score > _best[0].Score) Take(new Near(score, _fresh[k]), beam, livingOnly);
                }
            }
        }

        private void Take(Near near, int beam, bool livingOnly)
        {
            PushOpen(near);
            if (livingOnly && index._dead[near.Node]) return;
            if (_found < beam) PushBest(near);
            else if (near.Score > _best[0].Score) SinkBest(near, _found);
        }

        private void PushOpen(Near near)
        {
            if (_opened == _open.Length) Array.Resize(ref _open, 2 * _opened);
            var (heap, at) = (_open, _opened++);
            for (int up; at > 0 && heap[up = (at - 1) / 2].Score < near.Score; at = up) heap[at] = heap[up];
            heap[at] = near;
        }

        private Near PopOpen()
        {
            var heap = _open;
            var (top, last, count, at) = (heap[0], heap[--_opened], _opened, 0);
            for (int child; (child = 2 * at + 1) < count; at = child)
            {
                if (child + 1 < count && heap[child + 1].Score > heap[child].Score) child++;
                if (!(heap[child].Score > last.Score)) break;
                heap[at] = heap[child];
            }

            heap[at] = last;
            return top;
        }

        private void PushBest(Near near)
        {
            var (heap, at) = (_best, _found++);
            for (int up; at > 0 && heap[up = (at - 1) / 2].Score > near.Score; at = up) heap[at] = heap[up];
            heap[at] = near;
        }

        private void SinkBest(Near near, int count)
        {
            var (heap, at) = (_best, 0);
            for (int child; (child = 2 * at + 1) < count; at = child)
            {
                if (child + 1 < count && heap[child + 1].Score < heap[child].Score) child++;
                if (!(heap[child].Score < near.Score)) break;
                heap[at] = heap[child];
            }

            heap[at] = near;
        }

        /// <summary>Puts what was found in order, best first.</summary>
        public void Sort() => _best.AsSpan(0, _found).Sort(BestFirst);

        /// <summary>The best of what was found by single-precision scores.</summary>
        public int Rerank(VectorSet set, ReadOnlySpan<float> query, Span<int> best)
        {
            Sort(); // the 8-bit order is right within a rounding: what lies far below k cannot come back
            var some = Math.Min(_found, 2 * best.Length + 16);
            var (rows, scores) = (new int[some], new float[best.Length]);
            for (var k = 0; k < some; k++) rows[k] = _best[k].Node;
            Array.Sort(rows);
            return set.Among(rows, query, best, scores);
        }
    }
}
