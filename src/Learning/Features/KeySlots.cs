using System.Runtime.CompilerServices;
using Busker.Learning.Numbers;

namespace Busker.Learning.Features;

/// <summary>Numbers keys from 0 in order of arrival. A power-of-two table of 12 bytes a place, probed in line; key 0 is no key.</summary>
internal sealed class KeySlots
{
    private ulong[] _keys = new ulong[16];
    private int[] _slots = new int[16];

    public int Count { get; private set; }

    /// <summary>The key's number, or −1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(ulong key)
    {
        if (key == 0) return -1;
        var mask = _keys.Length - 1;
        for (var at = (int)Rng.Mix(key) & mask; ; at = (at + 1) & mask)
        {
            if (_keys[at] == key) return _slots[at];
            if (_keys[at] == 0) return -1;
        }
    }

    /// <summary>Numbers a key that <see cref="Find"/> did not find.</summary>
    public int Add(ulong key)
    {
        if ((Count + 1) * 2 > _keys.Length) Grow(_keys.Length * 2);
        Put(key, Count);
        return Count++;
    }

    private void Put(ulong key, int slot)
    {
        var mask = _keys.Length - 1;
        var at = (int)Rng.Mix(key) & mask;
        while (_keys[at] != 0) at = (at + 1) & mask;
        (_keys[at], _slots[at]) = (key, slot);
    }

    private void Grow(int places)
    {
        var (keys, slots) = (_keys, _slots);
        (_keys, _slots) = (new ulong[places], new int[places]);
        for (var i = 0; i < keys.Length; i++)
        {
            if (keys[i] != 0) Put(keys[i], slots[i]);
        }
    }

    /// <summary>Keys by their numbers.</summary>
    public ulong[] ToArray()
    {
        var keys = new ulong[Count];
        for (var i = 0; i < _keys.Length; i++)
        {
            if (_keys[i] != 0) keys[_slots[i]] = _keys[i];
        }

        return keys;
    }
}
