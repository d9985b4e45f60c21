using Busker.Experiments.V1;

namespace Busker.Flags.State;

/// <summary>Ranges of buckets in their order, each with the number of who it belongs to. Used again and again by one compiler.</summary>
internal sealed class BucketRuns(Problems problems)
{
    private List<(uint Lower, uint Upper, short Owner)> _runs = [];

    public IReadOnlyList<(uint Lower, uint Upper, short Owner)> InOrder => _runs;

    public BucketRuns Begin()
    {
        _runs.Clear();
        return this;
    }

    public BucketRuns Add(IReadOnlyList<BucketRange> ranges, short owner)
    {
        for (var i = 0; i < ranges.Count; i++) _runs.Add((ranges[i].Lower, ranges[i].Upper, owner));
        return this;
    }

    /// <summary>Each is a range within `count` buckets, and none overlaps another.</summary>
    public void Check(uint count, string path)
    {
        Sort();
        var last = 0u;
        foreach (var (lower, upper, _) in _runs)
        {
            if (lower >= upper || upper > count) problems.Add(path, $"[{lower}, {upper}) is not a range within {count} buckets");
            else if (lower < last) problems.Add(path, $"[{lower}, {upper}) overlaps another range");
            last = Math.Max(last, upper);
        }
    }

    private void Sort()
    {
        for (var i = 1; i < _runs.Count; i++)
        {
            if (_runs[i].Lower >= _runs[i - 1].Lower) continue;
            _runs = [.. _runs.OrderBy(r => r.Lower)]; // equal ones stay in their order
            return;
        }
    }
}
