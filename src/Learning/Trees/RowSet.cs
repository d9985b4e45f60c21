using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Busker.Learning.Numbers;

namespace Busker.Learning.Trees;

/// <summary>Row numbers grouped by leaf: a leaf is a run, ascending within. Divided stably, in pieces of fixed size.</summary>
internal sealed class RowSet(int capacity)
{
    private const int Piece = 16384;
    private int[] _rows = new int[capacity];
    private int[] _other = new int[capacity];

    public int[] Rows => _rows;
    public int Count { get; private set; }

    public void Fill(int count)
    {
        Count = count;
        for (var i = 0; i < count; i++) _rows[i] = i;
    }

    public void Fill(ReadOnlySpan<int> chosen)
    {
        Count = chosen.Length;
        chosen.CopyTo(_rows);
    }

    /// <summary>Puts the rows of [from, to) that go left first; returns where the right side starts.</summary>
    public int Divide(int from, int to, BinnedTable table, Split split, int missing, Crew crew)
    {
        var way = new Way(split, missing, table.Columns[split.Feature]);
        var pieces = (to - from + Piece - 1) / Piece;
        if (pieces == 1)
        {
            var left = Separate(from, to, way);
            Array.Copy(_other, from, _rows, from + left, to - from - left);
            return from + left;
        }

        var lefts = new int[pieces];
        crew.For(pieces, (p, _) => lefts[p] = Separate(from + p * Piece, Math.Min(to, from + (p + 1) * Piece), way));
        return Gather(from, to, lefts, crew);
    }

    /// <summary>Lefts are packed at the start of the piece in place, rights at the start of the piece in the other buffer.</summary>
    private unsafe int Separate(int from, int to, Way way)
    {
        fixed (int* rows = _rows, other = _other)
        fixed (byte* goes = way.Left, code = way.Codes)
        {
            var (left, right, i) = (from, from, from);
            if (Avx512F.IsSupported && Avx2.IsSupported && way.Run)
            {
                var (first, length) = (Vector512.Create(way.First), Vector512.Create(way.Length));
                for (; i <= to - 16; i += 16)
                {
                    var row = Vector512.Load(rows + i);
                    var codes = Vector512.Create(Avx2.GatherVector256((int*)code, row.GetLower(), 1), Avx2.GatherVector256((int*)code, row.GetUpper(), 1)).AsUInt32();
                    var isRight = Vector512.LessThan((codes & Vector512.Create(0xFFu)) - first, length);
                    // What was read last is not needed any more: whole vectors may be written over it.
                    Avx512F.Compress(Vector512<int>.Zero, ~isRight.AsInt32(), row).Store(rows + left);
                    Avx512F.Compress(Vector512<int>.Zero, isRight.AsInt32(), row).Store(other + right);
                    var rights = BitOperations.PopCount(isRight.ExtractMostSignificantBits());
                    (left, right) = (left + 16 - rights, right + rights);
                }
            }

            for (; i < to; i++)
            {
                var row = rows[i];
                int isLeft = goes[code[row]];
                rows[left] = row;
                other[right] = row;
                left += isLeft;
                right += 1 - isLeft;
            }

            return left - from;
        }
    }

    /// <summary>What becomes of each code: one where it goes left. For numbers the codes that go right are a run.</summary>
    private sealed class Way
    {
        public Way(Split split, int missing, byte[] codes)
        {
            Codes = codes;
            for (var code = 0; code < 256; code++) Left[code] = (byte)(split.GoesLeft((byte)code, missing) ? 1 : 0);
            (Run, First) = (!split.Categorical, (uint)split.Bin + 1);
            Length = (uint)(split.MissingLeft ? missing : 256) - First;
        }

        public byte[] Left { get; } = new byte[256];
        public byte[] Codes { get; }
        public bool Run { get; }
        public uint First { get; }
        public uint Length { get; }
    }

    private int Gather(int from, int to, int[] lefts, Crew crew)
    {
        var (total, pieces) = (lefts.Sum(), lefts.Length);
        var starts = new (int Left, int Right)[pieces];
        var (left, right) = (from, from + total);
        for (var p = 0; p < pieces; p++)
        {
            starts[p] = (left, right);
            left += lefts[p];
            right += Math.Min(to, from + (p + 1) * Piece) - (from + p * Piece) - lefts[p];
        }

        // Lefts only move backwards, and rights come from the other buffer: compact the lefts first.
        for (var p = 1; p < pieces; p++) Array.Copy(_rows, from + p * Piece, _rows, starts[p].Left, lefts[p]);
        crew.For(pieces, (p, _) =>
        {
            var start = from + p * Piece;
            var count = Math.Min(to, start + Piece) - start - lefts[p];
            Array.Copy(_other, start, _rows, starts[p].Right, count);
        });
        return from + total;
    }
}
