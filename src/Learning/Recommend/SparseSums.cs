namespace Busker.Learning.Recommend;

/// <summary>A dense accumulator with the list of what was touched, cleared in the time of what was touched.</summary>
internal sealed class SparseSums(int items)
{
    private readonly float[] _sums = new float[items];
    private readonly bool[] _seen = new bool[items];
    private readonly int[] _touched = new int[items];
    private readonly float[] _keys = new float[items];
    private int _count;

    public void Add(int item, float value)
    {
        if (!_seen[item])
        {
            _seen[item] = true;
            _touched[_count++] = item;
        }

        _sums[item] += value;
    }

    /// <summary>The <paramref name="keep"/> best by weighed sum (zero is left out), then empties the accumulator.</summary>
    public (int[] Items, float[] Weights) Take(int keep, bool byMagnitude, Func<int, float, float> weigh)
    {
        var found = 0;
        for (var k = 0; k < _count; k++)
        {
            var item = _touched[k];
            var value = weigh(item, _sums[item]);
            (_sums[item], _seen[item]) = (0f, false);
            if (value == 0f) continue;
            (_touched[found], _keys[found++]) = (item, value);
        }

        _count = 0;
        var order = Best(found, keep, byMagnitude);
        var best = new int[order.Length];
        var weights = new float[order.Length];
        for (var k = 0; k < order.Length; k++) (best[k], weights[k]) = (_touched[order[k]], _keys[order[k]]);
        return (best, weights);
    }

    private int[] Best(int found, int keep, bool byMagnitude)
    {
        var size = Math.Min(keep, found);
        var worstFirst = new PriorityQueue<int, (float Key, int NegativeItem)>(size + 1);
        for (var k = 0; k < found; k++)
        {
            var key = (byMagnitude ? MathF.Abs(_keys[k]) : _keys[k], -_touched[k]);
            if (worstFirst.Count < size) worstFirst.Enqueue(k, key);
            else worstFirst.EnqueueDequeue(k, key);
        }

        var order = new int[size];
        for (var k = size - 1; k >= 0; k--) order[k] = worstFirst.Dequeue();
        return order;
    }
}
