using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Busker.Learning.Numbers;

namespace Busker.Learning.Algebra;

/// <summary>A rectangular window on a flat array: element (i, j) is at <c>Offset + i·RowStride + j·ColumnStride</c>.</summary>
public readonly record struct Window(float[] Values, int Offset, int RowStride, int ColumnStride)
{
    /// <summary>The same elements with rows and columns exchanged; nothing is copied.</summary>
    public Window Transposed => this with { RowStride = ColumnStride, ColumnStride = RowStride };

    /// <summary>The window that starts at row <paramref name="i"/>, column <paramref name="j"/>.</summary>
    public Window At(int i, int j) => this with { Offset = Offset + i * RowStride + j * ColumnStride };
}

/// <summary>
/// Dense single-precision matrix product, packed and tiled for the cache (Goto and van de Geijn 2008): register tiles,
/// depth blocks of 256. Every element of the result is summed in the same order whatever the number of threads,
/// so the bits do not depend on it.
/// </summary>
public static class Gemm
{
    private const int Depth = 256;
    private const int BlockRows = 192;
    private const int BlockColumns = 2048;
    private const int PieceColumns = 256;

    /// <summary>C ← C + scale·A·B with A <paramref name="m"/>×<paramref name="k"/>, B k×n, C m×n.</summary>
    /// <param name="lowerOnly">Leave tiles wholly above the diagonal of C untouched (for symmetric results).</param>
    public static void Add(Window a, Window b, Window c, int m, int n, int k, float scale = 1f, bool lowerOnly = false, Lanes? lanes = null)
    {
        if (c.ColumnStride != 1) throw new ArgumentException("the result must be row-major", nameof(c));
        if (m == 0 || n == 0 || k == 0) return;
        var workers = lanes ?? Lanes.One;
        var packedB = System.Buffers.ArrayPool<float>.Shared.Rent(Math.Min(Depth, k) * RoundUp(Math.Min(BlockColumns, n), GemmTile.Columns));
        var rowBlocks = (m + BlockRows - 1) / BlockRows;
        for (var jc = 0; jc < n; jc += BlockColumns)
        {
            var nc = Math.Min(BlockColumns, n - jc);
            // Few blocks of rows: cut the columns as well, so that every thread finds work.
            var width = rowBlocks >= 4 * workers.Threads ? BlockColumns : PieceColumns;
            var pieces = (nc + width - 1) / width;
            for (var pc = 0; pc < k; pc += Depth)
            {
                var (column, depth, length) = (jc, pc, Math.Min(Depth, k - pc));
                PackColumns(b, depth, column, length, nc, packedB, workers);
                void Work(int piece)
                {
                    var (ic, jp) = (piece / pieces * BlockRows, piece % pieces * width);
                    var rows = Math.Min(BlockRows, m - ic);
                    if (lowerOnly && column + jp > ic + rows - 1) return;
                    RowBlock(a, c, packedB, new Extent(ic, rows, column, jp, Math.Min(width, nc - jp), depth, length), scale, lowerOnly);
                }

                workers.For(rowBlocks * pieces, Work);
            }
        }

        System.Buffers.ArrayPool<float>.Shared.Return(packedB);
    }

    /// <param name="Column">First column of the packed block; <paramref name="Piece"/> counts from there.</param>
    private readonly record struct Extent(int Row, int Rows, int Column, int Piece, int Columns, int Depth, int Length);

    private static void RowBlock(Window a, Window c, float[] packedB, Extent at, float scale, bool lowerOnly)
    {
        var (tileRows, tileColumns) = (GemmTile.Rows, GemmTile.Columns);
        var packedA = Workspace(RoundUp(at.Rows, tileRows) * at.Length);
        PackRows(a, at.Row, at.Depth, at.Rows, at.Length, scale, packedA);
        Span<float> edge = stackalloc float[tileRows * tileColumns];
        for (var j = 0; j < at.Columns; j += tileColumns)
        {
            ref var b = ref packedB[(at.Piece + j) * at.Length];
            for (var i = 0; i < at.Rows; i += tileRows)
            {
                var (row, column) = (at.Row + i, at.Column + at.Piece + j);
                if (lowerOnly && column > row + tileRows - 1) continue;
                ref var pa = ref packedA[i * at.Length];
                if (i + tileRows <= at.Rows && j + tileColumns <= at.Columns)
                {
                    GemmTile.Add(ref pa, ref b, at.Length, ref c.Values[c.Offset + row * c.RowStride + column], c.RowStride);
                    continue;
                }

                edge.Clear();
                GemmTile.Add(ref pa, ref b, at.Length, ref edge[0], tileColumns);
                var rows = Math.Min(tileRows, at.Rows - i);
                var columns = Math.Min(tileColumns, at.Columns - j);
                for (var r = 0; r < rows; r++)
                {
                    var target = c.Values.AsSpan(c.Offset + (row + r) * c.RowStride + column, columns);
                    for (var q = 0; q < columns; q++) target[q] += edge[r * tileColumns + q];
                }
            }
        }
    }

    [ThreadStatic] private static float[]? _workspace;

    private static float[] Workspace(int length) =>
        _workspace is { } held && held.Length >= length ? held : _workspace = new float[Math.Max(length, RoundUp(BlockRows, GemmTile.Rows) * Depth)];

    private static int RoundUp(int value, int unit) => (value + unit - 1) / unit * unit;

    /// <summary>Packs rows of A into tiles of depth × tile rows; missing rows are zero.</summary>
    private static void PackRows(Window a, int row, int depth, int rows, int length, float scale, float[] packed)
    {
        var tile = GemmTile.Rows;
        for (var i = 0; i < rows; i += tile)
        {
            var high = Math.Min(tile, rows - i);
            var to = packed.AsSpan(i * length, tile * length);
            if (high < tile) to.Clear();
            ref var target = ref MemoryMarshal.GetReference(to);
            for (var r = 0; r < high; r++)
            {
                ref var from = ref a.Values[a.Offset + (row + i + r) * a.RowStride + depth * a.ColumnStride];
                if (a.ColumnStride == 1) for (var p = 0; p < length; p++) Unsafe.Add(ref target, p * tile + r) = scale * Unsafe.Add(ref from, p);
                else if (a.RowStride != 1) for (var p = 0; p < length; p++) Unsafe.Add(ref target, p * tile + r) = scale * Unsafe.Add(ref from, (nint)p * a.ColumnStride);
            }

            if (a.ColumnStride == 1 || a.RowStride != 1) continue;
            for (var p = 0; p < length; p++)
            {
                ref var from = ref a.Values[a.Offset + row + i + (depth + p) * a.ColumnStride];
                for (var r = 0; r < high; r++) Unsafe.Add(ref target, p * tile + r) = scale * Unsafe.Add(ref from, r);
            }
        }
    }

    /// <summary>Packs columns of B into panels of depth × tile columns; missing columns are zero.</summary>
    private static void PackColumns(Window b, int depth, int column, int length, int columns, float[] packed, Lanes lanes)
    {
        var tile = GemmTile.Columns;
        var panels = (columns + tile - 1) / tile;
        void Panel(int panel)
        {
            var j = panel * tile;
            var width = Math.Min(tile, columns - j);
            var to = packed.AsSpan(j * length, tile * length);
            if (width < tile) to.Clear();
            if (b.ColumnStride == 1)
            {
                for (var p = 0; p < length; p++)
                    b.Values.AsSpan(b.Offset + (depth + p) * b.RowStride + column + j, width).CopyTo(to[(p * tile)..]);
                return;
            }

            ref var target = ref MemoryMarshal.GetReference(to);
            for (var q = 0; q < width; q++)
            {
                ref var from = ref b.Values[b.Offset + depth * b.RowStride + (column + j + q) * b.ColumnStride];
                for (var p = 0; p < length; p++) Unsafe.Add(ref target, p * tile + q) = Unsafe.Add(ref from, (nint)p * b.RowStride);
            }
        }

        if ((long)columns * length < 1 << 16) for (var p = 0; p < panels; p++) Panel(p);
        else lanes.For(panels, Panel);
    }
}
