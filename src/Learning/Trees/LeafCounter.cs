using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Busker.Learning.Trees;

/// <summary>
/// Counts runs of rows into histograms, some thousand rows at a time: first their codes and gradients are fetched, each
/// cache line once, then each block of columns is summed from what was fetched. One for each thread.
/// </summary>
internal sealed unsafe class LeafCounter(RowCodes codes, int width)
{
    private const int Chunk = 2048;
    private const int Ahead = 24;

    private readonly ulong[] _words = GC.AllocateUninitializedArray<ulong>(codes.Blocks * Chunk, pinned: true);
    private readonly long[] _gradients = GC.AllocateUninitializedArray<long>(Chunk, pinned: true);

    /// <summary>Adds rows from … to − 1 of the list (null: the rows themselves) to the histograms of some blocks of columns.</summary>
    public void Add(int[]? rows, int from, int to, long[] gradients, long[] sums, (int First, int End) blocks)
    {
        fixed (long* into = sums, packed = gradients, fetched = _gradients)
        fixed (ulong* all = codes.Words, words = _words)
        fixed (int* list = rows)
        {
            for (var start = from; start < to; start += Chunk)
            {
                var count = Math.Min(Chunk, to - start);
                if (list == null) FetchRun(all, words, start, count, blocks);
                else Fetch(all, words, packed, fetched, list + start, count, to - start, blocks);
                var values = list == null ? packed + start : fetched;
                for (var b = blocks.First; b < blocks.End; b++)
                {
                    var columns = Math.Min(RowCodes.Lane, width - b * RowCodes.Lane);
                    Histogram.Add(words + b * Chunk, values, count, into + (long)b * RowCodes.Lane * Histogram.Stride, columns);
                }
            }
        }
    }

    private void FetchRun(ulong* all, ulong* words, int start, int count, (int First, int End) blocks)
    {
        var record = all + (long)start * codes.Blocks;
        for (var i = 0; i < count; i++, record += codes.Blocks)
        {
            for (var b = blocks.First; b < blocks.End; b++) words[b * Chunk + i] = record[b];
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Fetch(ulong* all, ulong* words, long* packed, long* fetched, int* list, int count, int left, (int First, int End) blocks)
    {
        for (var i = 0; i < count; i++)
        {
            if (Sse.IsSupported && i + Ahead < left)
            {
                Sse.Prefetch0(all + (long)list[i + Ahead] * codes.Blocks + blocks.First);
                Sse.Prefetch0(packed + list[i + Ahead]);
            }

            var record = all + (long)list[i] * codes.Blocks;
            for (var b = blocks.First; b < blocks.End; b++) words[b * Chunk + i] = record[b];
            fetched[i] = packed[list[i]];
        }
    }
}
