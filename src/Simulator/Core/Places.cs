namespace Busker.Simulator.Core;

/// <summary>
/// Where in a list something with an id is, by the id's hash: an open table (Knuth, volume 3, 6.4, linear probing) without references, so the
/// collector has nothing to look at; in parts, so that growing one is no work to notice. Equal hashes are for the caller to tell apart.
/// </summary>
internal sealed class Places
{
    private const int Parts = 256;
    private readonly (uint Hash, int Next)[]?[] _parts = new (uint, int)[]?[Parts]; // the place and one: zero is free
    private readonly int[] _used = new int[Parts];

    public static uint Hash(ReadOnlySpan<char> id) => unchecked((uint)string.GetHashCode(id));

    public void Add(uint hash, int place)
    {
        ref var slots = ref _parts[hash % Parts];
        ref var used = ref _used[hash % Parts];
        slots ??= new (uint, int)[8];
        if (++used * 4 > slots.Length * 3)
        {
            var grown = new (uint, int)[slots.Length * 2];
            foreach (var (held, next) in slots)
            {
                if (next > 0) Put(grown, held, next);
            }

            slots = grown;
        }

        Put(slots, hash, place + 1);
    }

    /// <summary>The places with this hash, one a call, for a probe that begins at zero; then -1.</summary>
    public int Find(uint hash, ref int probe)
    {
        if (_parts[hash % Parts] is not { } slots) return -1;
        while (true)
        {
            var (held, next) = slots[(int)((hash / Parts) + (uint)probe++) & (slots.Length - 1)];
            if (next == 0) return -1;
            if (held == hash) return next - 1;
        }
    }

    /// <summary>Gives every place its new number; a negative one forgets it.</summary>
    public void Renumber(Func<int, int> now)
    {
        for (var part = 0; part < Parts; part++)
        {
            if (_parts[part] is not { } slots) continue;
            var renumbered = new (uint, int)[slots.Length];
            _used[part] = 0;
            foreach (var (held, next) in slots)
            {
                if (next == 0 || now(next - 1) is not (var place and >= 0)) continue;
                Put(renumbered, held, place + 1);
                _used[part]++;
            }

            _parts[part] = renumbered;
        }
    }

    private static void Put((uint Hash, int Next)[] slots, uint hash, int next)
    {
        var at = (int)(hash / Parts) & (slots.Length - 1);
        while (slots[at].Next != 0) at = (at + 1) & (slots.Length - 1);
        slots[at] = (hash, next);
    }
}
