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
        var goes = new bool[256];
        for (var code = 0; code < 256; code++) goes[code] = split.GoesLeft((byte)code, missing);
        var codes = table.Columns[split.Feature];
        var pieces = (to - from + Piece - 1) / Piece;
        if (pieces == 1)
        {
            var left = Separate(from, to, codes, goes);
            Array.Copy(_other, from, _rows, from + left, to - from - left);
            return from + left;
        }

        var lefts = new int[pieces];
        crew.For(pieces, (p, _) => lefts[p] = Separate(from + p * Piece, Math.Min(to, from + (p + 1) * Piece), codes, goes));
        return Gather(from, to, lefts, crew);
    }

    /// <summary>Lefts are packed at the start of the piece in place, rights at the start of the piece in the other buffer.</summary>
    private unsafe int Separate(int from, int to, byte[] codes, bool[] goes)
    {
        fixed (int* rows = _rows, other = _other)
        fixed (bool* leftward = goes)
        fixed (byte* code = codes)
        {
            var (left, right) = (from, from);
            for (var i = from; i < to; i++)
            {
                var row = rows[i];
                int isLeft = *(byte*)(leftward + code[row]);
                rows[left] = row;
                other[right] = row;
                left += isLeft;
                right += 1 - isLeft;
            }

            return left - from;
        }
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
