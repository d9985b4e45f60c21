using System.Collections;
using System.Runtime.CompilerServices;

namespace Busker.Simulator.Core;

/// <summary>
/// A list that grows by blocks: it never copies what it holds, and no block is so large that the runtime would collect everything for it,
/// which doubling an array of a hundred thousand entries does.
/// </summary>
internal sealed class Roll<T> : IReadOnlyList<T>
{
    private static readonly int Bits = Unsafe.SizeOf<T>() > 64 ? 9 : 10; // below the size that the runtime calls large: 85,000 bytes
    private static readonly int Block = 1 << Bits;
    private readonly List<T[]> _blocks = [];
    private int _start;
    private int _end;

    public int Count => _end - _start;

    public T this[int index]
    {
        get => At(index);
        set => At(index) = value;
    }

    /// <summary>Returns where it is: a place in a block never moves while nothing is removed.</summary>
    public Place Add(in T item)
    {
        if (_end == _blocks.Count << Bits) _blocks.Add(new T[Block]);
        var place = new Place(_blocks[_end >> Bits], _end & (Block - 1));
        place.Value = item;
        _end++;
        return place;
    }

    public void RemoveLast()
    {
        At(Count - 1) = default!;
        _end--;
    }

    /// <summary>Moves everything behind it one place down.</summary>
    public void RemoveAt(int index)
    {
        for (var i = index; i + 1 < Count; i++) this[i] = this[i + 1];
        RemoveLast();
    }

    /// <summary>Drops the oldest until no more than so many are left.</summary>
    public void Forget(int most)
    {
        for (; Count > most; _start++) At(0) = default!;
        var blocks = _start >> Bits;
        _blocks.RemoveRange(0, blocks);
        (_start, _end) = (_start - (blocks << Bits), _end - (blocks << Bits));
    }

    public IEnumerator<T> GetEnumerator()
    {
        for (var i = 0; i < Count; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private ref T At(int index)
    {
        if ((uint)index >= (uint)Count) throw new ArgumentOutOfRangeException(nameof(index));
        var place = _start + index;
        return ref _blocks[place >> Bits][place & (Block - 1)];
    }

    internal readonly record struct Place(T[] Block, int At)
    {
        public ref T Value => ref Block[At];
    }
}
