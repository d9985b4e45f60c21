using Busker.Learning.Numbers;

namespace Busker.Learning.Trees;

/// <summary>
/// The codes once more, row by row, eight columns to a 64-bit word: counting a leaf fetches its scattered rows, and a row is
/// one cache line for up to 64 columns.
/// </summary>
internal sealed class RowCodes
{
    /// <summary>Columns to a word: eight histograms (32 KiB) stay in the first-level cache.</summary>
    public const int Lane = 8;
    private const int Piece = 4096;

    private RowCodes(ulong[] words, int blocks) => (Words, Blocks) = (words, blocks);

    /// <summary>Row r holds words r · Blocks … r · Blocks + Blocks − 1.</summary>
    public ulong[] Words { get; }
    public int Blocks { get; }

    public static RowCodes Of(BinnedTable table, Crew crew)
    {
        var blocks = (table.Width + Lane - 1) / Lane;
        var words = GC.AllocateUninitializedArray<ulong>(checked(table.Rows * blocks));
        crew.Ranges(table.Rows, Piece, (from, to) =>
        {
            for (var b = 0; b < blocks; b++)
            {
                var columns = table.Columns.AsSpan(b * Lane, Math.Min(Lane, table.Width - b * Lane));
                Interleave(columns, words, from, to, blocks, b);
            }
        });
        return new RowCodes(words, blocks);
    }

    private static void Interleave(ReadOnlySpan<byte[]> columns, ulong[] words, int from, int to, int blocks, int block)
    {
        if (columns.Length == Lane)
        {
            var (a, b, c, d, e, f, g, h) = (columns[0], columns[1], columns[2], columns[3], columns[4], columns[5], columns[6], columns[7]);
            for (var r = from; r < to; r++)
            {
                words[r * blocks + block] = a[r] | ((ulong)b[r] << 8) | ((ulong)c[r] << 16) | ((ulong)d[r] << 24)
                    | ((ulong)e[r] << 32) | ((ulong)f[r] << 40) | ((ulong)g[r] << 48) | ((ulong)h[r] << 56);
            }

            return;
        }

        for (var r = from; r < to; r++)
        {
            ulong word = 0;
            for (var c = 0; c < columns.Length; c++) word |= (ulong)columns[c][r] << (8 * c);
            words[r * blocks + block] = word;
        }
    }
}
