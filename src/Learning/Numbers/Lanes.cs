namespace Busker.Learning.Numbers;

/// <summary>
/// How many threads a computation may use. The work is cut the same way whatever the number, and each piece writes only
/// its own place, so the result does not depend on it.
/// </summary>
public sealed class Lanes
{
    private readonly ParallelOptions _options;

    /// <summary>At most this many threads, at least one.</summary>
    public Lanes(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Threads = threads;
        _options = new ParallelOptions { MaxDegreeOfParallelism = threads };
    }

    /// <summary>At most this many.</summary>
    public int Threads { get; }

    /// <summary>No threads but the caller's.</summary>
    public static Lanes One { get; } = new(1);

    /// <summary>As many as the machine has.</summary>
    public static Lanes All { get; } = new(Environment.ProcessorCount);

    /// <summary>Runs <paramref name="body"/> for 0 … <paramref name="count"/> − 1, in any order.</summary>
    public void For(int count, Action<int> body)
    {
        if (Threads == 1 || count == 1)
        {
            for (var i = 0; i < count; i++) body(i);
            return;
        }

        Parallel.For(0, count, _options, body);
    }

    /// <summary>Cuts 0 … <paramref name="length"/> − 1 into pieces of fixed size and runs each as (start, end).</summary>
    public void Ranges(int length, int size, Action<int, int> body)
    {
        var pieces = (int)(((long)length + size - 1) / size);
        For(pieces, i => body(i * size, Math.Min(length, (i + 1) * size)));
    }
}
