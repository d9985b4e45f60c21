namespace Busker.Flags.Fuzzing;

/// <summary>SplitMix64: the same sequence everywhere for a seed.</summary>
public sealed class FuzzRandom(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        _state += 0x9e3779b97f4a7c15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }

    /// <summary>0 to count − 1.</summary>
    public int Below(int count) => (int)(Next() % (ulong)Math.Max(1, count));

    public bool OneIn(int count) => Below(count) == 0;

    public T Of<T>(params T[] items) => items[Below(items.Length)];
}
