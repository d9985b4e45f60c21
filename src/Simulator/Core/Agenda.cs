namespace Busker.Simulator.Core;

/// <summary>What is to happen, earliest first: a heap of four children each (Johnson 1975) in a <see cref="Roll{T}"/>, for what lies ahead may be a plan for every payment.</summary>
internal sealed class Agenda<TPlan, TTurn>
    where TTurn : struct, IComparable<TTurn>
{
    private readonly Roll<(TPlan Plan, TTurn Turn)> _heap = new();

    public int Count => _heap.Count;

    public (TPlan Plan, TTurn Turn) First => _heap[0];

    public void Add(TPlan plan, TTurn turn)
    {
        var at = _heap.Count;
        _heap.Add((plan, turn));
        for (int parent; at > 0; at = parent)
        {
            parent = (at - 1) >> 2;
            if (_heap[parent].Turn.CompareTo(turn) <= 0) break;
            _heap[at] = _heap[parent];
        }

        _heap[at] = (plan, turn);
    }

    public void RemoveFirst()
    {
        var last = _heap[_heap.Count - 1];
        _heap.RemoveLast();
        if (_heap.Count == 0) return;
        var at = 0;
        for (var child = 1; child < _heap.Count; child = (at << 2) + 1)
        {
            var least = child;
            for (var other = child + 1; other < Math.Min(child + 4, _heap.Count); other++)
            {
                if (_heap[other].Turn.CompareTo(_heap[least].Turn) < 0) least = other;
            }

            if (last.Turn.CompareTo(_heap[least].Turn) <= 0) break;
            _heap[at] = _heap[least];
            at = least;
        }

        _heap[at] = last;
    }
}
