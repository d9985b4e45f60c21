using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Busker.Learning.Numbers;

namespace Busker.Learning.Features;

/// <summary>
/// Distinct values over a sliding window in eight panes of whole seconds: the window reaches back to the start of a pane, so it is never
/// too short and at most an eighth too long (two panes when eight do not divide it). A pane holds up to 32 hashes exactly, then 256
/// HyperLogLog registers (Flajolet et al. 2007; error about 6.5 %).
/// </summary>
internal sealed class PaneSketch(long window)
{
    internal const int Panes = 9, Exact = 32, Registers = 256;
    private readonly long _pane = (window + 7) / 8, _reach = (window + (window + 7) / 8 - 1) / ((window + 7) / 8);

    public long[] Numbers { get; } = [.. Enumerable.Repeat(long.MinValue, Panes)];
    public List<ulong>?[] Few { get; } = new List<ulong>?[Panes];
    public byte[]?[] Many { get; } = new byte[]?[Panes];

    public void Add(long time, ulong value)
    {
        var (number, at) = Place(time);
        if (Numbers[at] != number)
        {
            (Numbers[at], Many[at]) = (number, null);
            Few[at] ??= new List<ulong>(2);
            Few[at]!.Clear();
        }

        Put(at, Rng.Mix(value + 0x9E3779B97F4A7C15));
    }

    private (long Number, int At) Place(long time)
    {
        var number = Math.DivRem(time, _pane, out var rest) - (rest < 0 ? 1 : 0);
        return (number, (int)(((number % Panes) + Panes) % Panes));
    }

    private void Put(int at, ulong hash)
    {
        if (Many[at] is { } registers)
        {
            Raise(registers, hash);
            return;
        }

        var few = Few[at]!;
        if (few.Contains(hash)) return;
        few.Add(hash);
        if (few.Count <= Exact) return;
        Many[at] = new byte[Registers];
        foreach (var each in few) Raise(Many[at], each);
        few.Clear();
    }

    private static void Raise(Span<byte> registers, ulong hash)
    {
        var rank = (byte)(BitOperations.LeadingZeroCount((hash << 8) | 0x80) + 1);
        ref var register = ref registers[(int)(hash >> 56)];
        if (rank > register) register = rank;
    }

    /// <summary>How many different values since the window's start, with <paramref name="current"/> when it is not 0.</summary>
    [SkipLocalsInit]
    public double Count(long time, ulong current)
    {
        var newest = Place(time).Number;
        Span<ulong> hashes = stackalloc ulong[Panes * Exact + 1];
        var (count, many) = (0, false);
        if (current != 0) hashes[count++] = Rng.Mix(current + 0x9E3779B97F4A7C15);
        for (var p = 0; p < Panes; p++)
        {
            if (Numbers[p] < newest - _reach || Numbers[p] > newest) continue;
            many |= Many[p] is not null;
            if (Few[p] is not { Count: > 0 } few) continue;
            CollectionsMarshal.AsSpan(few).CopyTo(hashes[count..]);
            count += few.Count;
        }

        return many ? Estimate(hashes[..count], newest) : Different(hashes[..count]);
    }

    /// <summary>Puts the hashes into a table of at least twice their number; a hash of 0 counts as 1.</summary>
    [SkipLocalsInit]
    private static int Different(ReadOnlySpan<ulong> hashes)
    {
        if (hashes.Length < 2) return hashes.Length;
        var places = (int)BitOperations.RoundUpToPowerOf2((uint)hashes.Length * 2);
        Span<ulong> table = stackalloc ulong[places];
        table.Clear();
        var different = 0;
        foreach (var hash in hashes)
        {
            var value = hash == 0 ? 1 : hash;
            var at = (int)value & (places - 1);
            while (table[at] != 0 && table[at] != value) at = (at + 1) & (places - 1);
            if (table[at] == value) continue;
            table[at] = value;
            different++;
        }

        return different;
    }

    [SkipLocalsInit]
    private double Estimate(ReadOnlySpan<ulong> hashes, long newest)
    {
        Span<byte> union = stackalloc byte[Registers];
        union.Clear();
        foreach (var hash in hashes) Raise(union, hash);
        for (var p = 0; p < Panes; p++)
        {
            if (Numbers[p] >= newest - _reach && Numbers[p] <= newest && Many[p] is { } registers) TensorPrimitives.Max(union, registers, union);
        }

        Span<int> ranks = stackalloc int[64];
        ranks.Clear();
        foreach (var rank in union) ranks[rank]++;
        double sum = 0;
        for (var rank = 0; rank < ranks.Length; rank++) sum += ranks[rank] * Math.ScaleB(1, -rank);
        var estimate = 0.7213 / (1 + 1.079 / Registers) * Registers * Registers / sum;
        return estimate <= 2.5 * Registers && ranks[0] > 0 ? Registers * Math.Log(Registers / (double)ranks[0]) : estimate;
    }

    public void Merge(PaneSketch other)
    {
        for (var p = 0; p < Panes; p++)
        {
            if (other.Numbers[p] < Numbers[p] || other.Numbers[p] == long.MinValue) continue;
            if (other.Numbers[p] > Numbers[p]) (Numbers[p], Few[p], Many[p]) = (other.Numbers[p], [], null);
            Few[p] ??= [];
            if (other.Many[p] is { } theirs)
            {
                var mine = Many[p] ??= new byte[Registers];
                for (var r = 0; r < Registers; r++) mine[r] = Math.Max(mine[r], theirs[r]);
                foreach (var hash in Few[p]!) Raise(mine, hash);
                Few[p]!.Clear();
            }

            foreach (var hash in other.Few[p] ?? []) Put(p, hash);
        }
    }
}
