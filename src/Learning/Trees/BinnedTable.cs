using Busker.Learning.Numbers;

namespace Busker.Learning.Trees;

/// <summary>A table as one byte per value, column by column: what dividing rows and following a tree read.</summary>
internal sealed class BinnedTable
{
    private const int Piece = 16384;

    /// <summary>Bytes behind the last row, so that four bytes can be fetched at any row.</summary>
    private const int Tail = 3;

    private BinnedTable(byte[][] columns, int rows) => (Columns, Rows) = (columns, rows);

    /// <summary>A column may be longer than the rows.</summary>
    public byte[][] Columns { get; }

    public int Rows { get; }
    public int Width => Columns.Length;

    public static BinnedTable Of(Table table, BinMap map, Crew crew)
    {
        var columns = new byte[table.Width][];
        for (var c = 0; c < columns.Length; c++) columns[c] = GC.AllocateUninitializedArray<byte>(table.Rows + Tail);
        var pieces = (table.Rows + Piece - 1) / Piece;
        crew.For(pieces * columns.Length, (i, _) =>
        {
            var (c, from) = (i / pieces, i % pieces * Piece);
            var count = Math.Min(Piece, table.Rows - from);
            map.Columns[c].Encode(table.Columns[c].AsSpan(from, count), columns[c].AsSpan(from, count));
        });
        return new BinnedTable(columns, table.Rows);
    }

    public byte Code(int row, int feature) => Columns[feature][row];
}
