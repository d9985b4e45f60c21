using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Busker.Learning.Retrieval;

/// <summary>The k highest offers, worst on top; of equal scores the lower row number wins.</summary>
internal ref struct TopRows(Span<int> rows, Span<float> scores)
{
    private readonly Span<int> _rows = rows;
    private readonly Span<float> _scores = scores;
    private int _count;

    /// <summary>What an offer has to exceed; −∞ while there is room.</summary>
    public float Least { get; private set; } = float.NegativeInfinity;

    public readonly int Count => _count;

    /// <summary>Goes on with what an earlier heap over the same memory held.</summary>
    public static TopRows Resume(Span<int> rows, Span<float> scores, int count)
    {
        var heap = new TopRows(rows, scores) { _count = count };
        if (count == rows.Length && count > 0) heap.Least = scores[0];
        return heap;
    }

    /// <summary>Offers rows <paramref name="first"/>, <paramref name="first"/> + 1, … with these scores.</summary>
    public void OfferAll(int first, ReadOnlySpan<float> scores)
    {
        ref var s = ref MemoryMarshal.GetReference(scores);
        var i = 0;
        for (; i + 8 <= scores.Length; i += 8)
        {
            var better = Vector256.GreaterThan(Vector256.LoadUnsafe(ref s, (nuint)i), Vector256.Create(Least)).ExtractMostSignificantBits();
            for (; better != 0; better &= better - 1)
            {
                var k = i + System.Numerics.BitOperations.TrailingZeroCount(better);
                Offer(first + k, scores[k]);
            }
        }

        for (; i < scores.Length; i++) Offer(first + i, scores[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Offer(int row, float score)
    {
        if (score > Least) Add(row, score);
    }

    private void Add(int row, float score)
    {
        if (_count < _rows.Length)
        {
            var at = _count++;
            for (; at > 0 && Worse(score, row, (at - 1) / 2); at = (at - 1) / 2) (_rows[at], _scores[at]) = (_rows[(at - 1) / 2], _scores[(at - 1) / 2]);
            (_rows[at], _scores[at]) = (row, score);
        }
        else
        {
            Sink(row, score, _count);
        }

        if (_count == _rows.Length) Least = _scores[0];
    }

    private readonly bool Worse(float score, int row, int than) => score < _scores[than] || (score == _scores[than] && row > _rows[than]);

    private readonly void Sink(int row, float score, int count)
    {
        var at = 0;
        while (true)
        {
            var child = 2 * at + 1;
            if (child >= count) break;
            if (child + 1 < count && Worse(_scores[child + 1], _rows[child + 1], child)) child++;
            if (!(_scores[child] < score || (_scores[child] == score && _rows[child] > row))) break;
            (_rows[at], _scores[at]) = (_rows[child], _scores[child]);
            at = child;
        }

        (_rows[at], _scores[at]) = (row, score);
    }

    /// <summary>Sorts best first and returns how many there are.</summary>
    public readonly int Finish()
    {
        for (var n = _count; n > 1; n--)
        {
            var (row, score) = (_rows[n - 1], _scores[n - 1]);
            (_rows[n - 1], _scores[n - 1]) = (_rows[0], _scores[0]);
            Sink(row, score, n - 1);
        }

        return _count;
    }
}
