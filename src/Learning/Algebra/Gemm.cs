using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Busker.Learning.Numbers;

namespace Busker.Learning.Algebra;

/// <summary>A rectangular window on a flat array: element (i, j) is at <c>Offset + i·RowStride + j·ColumnStride</c>.</summary>
public readonly record struct Window(float[] Values, int Offset, int RowStride, int ColumnStride)
{
    /// <summary>The same elements with rows and columns exchanged; nothing is copied.</summary>
    public Window Transposed => this with { RowStride = ColumnStride, ColumnStride = RowStride };
}

/// <summary>
/// Dense single-precision matrix product, packed and tiled for the cache (Goto and van de Geijn 2008): 6 × 16 register
/// tiles, depth blocks of 256. Every element of the result is summed in the same order whatever the number of threads,
/// so the bits do not depend on it.
/// </summary>
public static class Gemm
{
    private const int TileRows = 6;
    private const int TileColumns = 16;
    private const int Depth = 256;
    private const int BlockRows = 96;
    private const int BlockColumns = 2048;

    /// <summary>C ← C + scale·A·B with A <paramref name="m"/>×<paramref name="k"/>, B k×n, C m×n.</summary>
    /// <param name="lowerOnly">Leave tiles wholly above the diagonal of C untouched (for symmetric results).</param>
    public static void Add(Window a, Window b, Window c, int m, int n, int k, float scale = 1f, bool lowerOnly = false, Lanes? lanes = null)
    {
        if (c.ColumnStride != 1) throw new ArgumentException("the result must be row-major", nameof(c));
        if (m == 0 || n == 0 || k == 0) return;
        var packedB = new float[Math.Min(Depth, k) * RoundUp(Math.Min(BlockColumns, n), TileColumns)];
        var workers = lanes ?? Lanes.One;
        for (var jc = 0; jc < n; jc += BlockColumns)
        {
            var nc = Math.Min(BlockColumns, n - jc);
            for (var pc = 0; pc < k; pc += Depth)
            {
                var kc = Math.Min(Depth, k - pc);
                PackColumns(b, pc, jc, kc, nc, packedB);
                var (column, depth, columns, length) = (jc, pc, nc, kc);
                var firstRow = lowerOnly ? jc / BlockRows : 0;
                var blocks = (m + BlockRows - 1) / BlockRows;
                void Block(int block)
                {
                    var ic = block * BlockRows;
                    RowBlock(a, c, packedB, new Extent(ic, Math.Min(BlockRows, m - ic), column, columns, depth, length), scale, lowerOnly);
                }

                workers.For(blocks - firstRow, i => Block(firstRow + i));
            }
        }
    }

    private readonly record struct Extent(int Row, int Rows, int Column, int Columns, int Depth, int Length);

    private static void RowBlock(Window a, Window c, float[] packedB, Extent at, float scale, bool lowerOnly)
    {
        var packedA = Workspace(RoundUp(at.Rows, TileRows) * at.Length);
        PackRows(a, at.Row, at.Depth, at.Rows, at.Length, scale, packedA);
        Span<float> edge = stackalloc float[TileRows * TileColumns];
        for (var j = 0; j < at.Columns; j += TileColumns)
        {
            ref var b = ref packedB[j * at.Length];
            for (var i = 0; i < at.Rows; i += TileRows)
            {
                var (row, column) = (at.Row + i, at.Column + j);
                if (lowerOnly && column > row + TileRows - 1) continue;
                ref var pa = ref packedA[i * at.Length];
                if (i + TileRows <= at.Rows && j + TileColumns <= at.Columns)
                {
                    Tile(ref pa, ref b, at.Length, ref c.Values[c.Offset + row * c.RowStride + column], c.RowStride);
                    continue;
                }

                edge.Clear();
                Tile(ref pa, ref b, at.Length, ref edge[0], TileColumns);
                var rows = Math.Min(TileRows, at.Rows - i);
                var columns = Math.Min(TileColumns, at.Columns - j);
                for (var r = 0; r < rows; r++)
                {
                    var target = c.Values.AsSpan(c.Offset + (row + r) * c.RowStride + column, columns);
                    for (var q = 0; q < columns; q++) target[q] += edge[r * TileColumns + q];
                }
            }
        }
    }

    [ThreadStatic] private static float[]? _workspace;

    private static float[] Workspace(int length) =>
        _workspace is { } held && held.Length >= length ? held : _workspace = new float[Math.Max(length, RoundUp(BlockRows, TileRows) * Depth)];

    private static int RoundUp(int value, int unit) => (value + unit - 1) / unit * unit;

    private static void PackRows(Window a, int row, int depth, int rows, int length, float scale, float[] packed)
    {
        var at = 0;
        for (var i = 0; i < rows; i += TileRows)
        {
            for (var p = 0; p < length; p++)
            {
                for (var r = 0; r < TileRows; r++, at++)
                {
                    packed[at] = i + r < rows
                        ? scale * a.Values[a.Offset + (row + i + r) * a.RowStride + (depth + p) * a.ColumnStride] : 0f;
                }
            }
        }
    }

    private static void PackColumns(Window b, int depth, int column, int length, int columns, float[] packed)
    {
        var at = 0;
        for (var j = 0; j < columns; j += TileColumns)
        {
            var width = Math.Min(TileColumns, columns - j);
            for (var p = 0; p < length; p++, at += TileColumns)
            {
                var from = b.Offset + (depth + p) * b.RowStride + (column + j) * b.ColumnStride;
                if (b.ColumnStride == 1) b.Values.AsSpan(from, width).CopyTo(packed.AsSpan(at));
                else for (var q = 0; q < width; q++) packed[at + q] = b.Values[from + q * b.ColumnStride];
                if (width < TileColumns) packed.AsSpan(at + width, TileColumns - width).Clear();
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile(ref float a, ref float b, int length, ref float c, int stride)
    {
        Vector256<float> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default;
        Vector256<float> c30 = default, c31 = default, c40 = default, c41 = default, c50 = default, c51 = default;
        for (nuint p = 0, pa = 0, pb = 0; p < (nuint)length; p++, pa += TileRows, pb += TileColumns)
        {
            var b0 = Vector256.LoadUnsafe(ref b, pb);
            var b1 = Vector256.LoadUnsafe(ref b, pb + 8);
            var x = Vector256.Create(Unsafe.Add(ref a, pa));
            c00 = Vector256.FusedMultiplyAdd(x, b0, c00);
            c01 = Vector256.FusedMultiplyAdd(x, b1, c01);
            x = Vector256.Create(Unsafe.Add(ref a, pa + 1));
            c10 = Vector256.FusedMultiplyAdd(x, b0, c10);
            c11 = Vector256.FusedMultiplyAdd(x, b1, c11);
            x = Vector256.Create(Unsafe.Add(ref a, pa + 2));
            c20 = Vector256.FusedMultiplyAdd(x, b0, c20);
            c21 = Vector256.FusedMultiplyAdd(x, b1, c21);
            x = Vector256.Create(Unsafe.Add(ref a, pa + 3));
            c30 = Vector256.FusedMultiplyAdd(x, b0, c30);
            c31 = Vector256.FusedMultiplyAdd(x, b1, c31);
            x = Vector256.Create(Unsafe.Add(ref a, pa + 4));
            c40 = Vector256.FusedMultiplyAdd(x, b0, c40);
            c41 = Vector256.FusedMultiplyAdd(x, b1, c41);
            x = Vector256.Create(Unsafe.Add(ref a, pa + 5));
            c50 = Vector256.FusedMultiplyAdd(x, b0, c50);
            c51 = Vector256.FusedMultiplyAdd(x, b1, c51);
        }

        AddRow(ref c, c00, c01);
        AddRow(ref Unsafe.Add(ref c, stride), c10, c11);
        AddRow(ref Unsafe.Add(ref c, 2 * stride), c20, c21);
        AddRow(ref Unsafe.Add(ref c, 3 * stride), c30, c31);
        AddRow(ref Unsafe.Add(ref c, 4 * stride), c40, c41);
        AddRow(ref Unsafe.Add(ref c, 5 * stride), c50, c51);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddRow(ref float c, Vector256<float> left, Vector256<float> right)
    {
        (Vector256.LoadUnsafe(ref c) + left).StoreUnsafe(ref c);
        (Vector256.LoadUnsafe(ref c, 8) + right).StoreUnsafe(ref c, 8);
    }
}
