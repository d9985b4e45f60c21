using Busker.Learning.Numbers;

namespace Busker.Learning.Trees;

/// <summary>
/// A table as one byte per value, eight columns to a 64-bit word: one load brings eight codes, and eight histograms
/// (32 KiB) stay in the first-level cache.
/// </summary>
internal sealed class BinnedTable
{
    public const int Lane = 8;

    private BinnedTable(ulong[][] blocks, int rows, int width) => (Blocks, Rows, Width) = (blocks, rows, width);

    public ulong[][] Blocks { get; }
    public int Rows { get; }
    public int Width { get; }

    public static BinnedTable Of(Table table, BinMap map, Lanes lanes)
    {
        var blocks = new ulong[(table.Width + Lane - 1) / Lane][];
        for (var b = 0; b < blocks.Length; b++) blocks[b] = GC.AllocateUninitializedArray<ulong>(table.Rows);
        lanes.Ranges(table.Rows, 8192, (from, to) =>
        {
            for (var b = 0; b < blocks.Length; b++) Encode(table, map, b, blocks[b], from, to);
        });
        return new BinnedTable(blocks, table.Rows, table.Width);
    }

    private static void Encode(Table table, BinMap map, int block, ulong[] words, int from, int to)
    {
        Array.Clear(words, from, to - from);
        for (var f = block * Lane; f < Math.Min(table.Width, (block + 1) * Lane); f++)
        {
            var (column, values, shift) = (map.Columns[f], table.Columns[f], f % Lane * 8);
            for (var r = from; r < to; r++) words[r] |= (ulong)column.Code(values[r]) << shift;
        }
    }

    public byte Code(int row, int feature) => (byte)(Blocks[feature / Lane][row] >> (feature % Lane * 8));
}
