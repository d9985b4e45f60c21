using Busker.Learning.Numbers;

namespace Busker.Learning.Algebra;

/// <summary>
/// The lower triangle of a row-major n×n array, worked on in place by halves (Gustavson 1997). What lies above the diagonal is never
/// read, and overwritten only within a leaf's tiles.
/// </summary>
internal sealed class LowerTriangle(float[] a, int n, Lanes lanes)
{
    private const int Leaf = 128;
    private readonly float[] _leaf = new float[Leaf * Leaf];
    private float[] _panel = [];

    private Window At(int row, int column) => new(a, row * n + column, n, 1);

    private static int Half(int size) => (size / 2 + Leaf - 1) / Leaf * Leaf;

    /// <summary>A becomes L with A = L·Lᵀ.</summary>
    public void Factor() => Factor(0, n);

    /// <summary>L becomes L⁻¹.</summary>
    public void Invert() => Invert(0, n);

    /// <summary>W becomes the lower triangle of WᵀW.</summary>
    public void Square() => Square(0, n);

    private void Factor(int at, int size)
    {
        if (size <= Leaf)
        {
            FactorLeaf(at, size);
            return;
        }

        var (half, rest) = (Half(size), size - Half(size));
        Factor(at, half);
        DivideRight(at + half, rest, at, half);
        var left = At(at + half, at);
        Gemm.Add(left, left.Transposed, At(at + half, at + half), rest, rest, half, -1f, lowerOnly: true, lanes);
        Factor(at + half, rest);
    }

    /// <summary>X ← X·L⁻ᵀ for the rows from <paramref name="row"/> on and the factor L at <paramref name="at"/>.</summary>
    private void DivideRight(int row, int rows, int at, int size)
    {
        if (size <= Leaf)
        {
            InvertLeaf(at, size);
            Replace(row, rows, at, size, LeafWindow(size).Transposed);
            return;
        }

        var (half, rest) = (Half(size), size - Half(size));
        DivideRight(row, rows, at, half);
        Gemm.Add(At(row, at), At(at + half, at).Transposed, At(row, at + half), rows, rest, half, -1f, lanes: lanes);
        DivideRight(row, rows, at + half, rest);
    }

    private void Invert(int at, int size)
    {
        if (size <= Leaf)
        {
            InvertLeaf(at, size);
            for (var i = 0; i < size; i++) _leaf.AsSpan(i * size, i + 1).CopyTo(a.AsSpan((at + i) * n + at));
            return;
        }

        var (half, rest) = (Half(size), size - Half(size));
        Invert(at, half);
        Invert(at + half, rest);
        TimesRight(at + half, rest, at, half);
        TimesLeft(at, half, at + half, rest);
        for (var i = at + half; i < at + size; i++)
        {
            var row = a.AsSpan(i * n + at, half);
            for (var j = 0; j < row.Length; j++) row[j] = -row[j];
        }
    }

    /// <summary>X ← X·W for the rows from <paramref name="row"/> on, W lower triangular at <paramref name="at"/>.</summary>
    private void TimesRight(int row, int rows, int at, int size)
    {
        if (size <= Leaf)
        {
            CopyLeaf(at, size);
            Replace(row, rows, at, size, LeafWindow(size));
            return;
        }

        var (half, rest) = (Half(size), size - Half(size));
        TimesRight(row, rows, at, half);
        Gemm.Add(At(row, at + half), At(at + half, at), At(row, at), rows, half, rest, lanes: lanes);
        TimesRight(row, rows, at + half, rest);
    }

    /// <summary>X ← W·X for the columns from <paramref name="column"/> on, W lower triangular at <paramref name="at"/>.</summary>
    private void TimesLeft(int column, int columns, int at, int size)
    {
        if (size <= Leaf)
        {
            CopyLeaf(at, size);
            ReplaceLeft(column, columns, at, size, LeafWindow(size));
            return;
        }

        var (half, rest) = (Half(size), size - Half(size));
        TimesLeft(column, columns, at + half, rest);
        Gemm.Add(At(at + half, at), At(at, column), At(at + half, column), rest, columns, half, lanes: lanes);
        TimesLeft(column, columns, at, half);
    }

    private void Square(int at, int size)
    {
        if (size <= Leaf)
        {
            CopyLeaf(at, size);
            for (var i = 0; i < size; i++) a.AsSpan((at + i) * n + at, i + 1).Clear();
            Gemm.Add(LeafWindow(size).Transposed, LeafWindow(size), At(at, at), size, size, size, lowerOnly: true);
            return;
        }

        var (half, rest) = (Half(size), size - Half(size));
        Square(at, half);
        var below = At(at + half, at);
        Gemm.Add(below.Transposed, below, At(at, at), half, half, rest, lowerOnly: true, lanes: lanes);
        TimesLeftTransposed(at, half, at + half, rest);
        Square(at + half, rest);
    }

    /// <summary>X ← Wᵀ·X.</summary>
    private void TimesLeftTransposed(int column, int columns, int at, int size)
    {
        if (size <= Leaf)
        {
            CopyLeaf(at, size);
            ReplaceLeft(column, columns, at, size, LeafWindow(size).Transposed);
            return;
        }

        var (half, rest) = (Half(size), size - Half(size));
        TimesLeftTransposed(column, columns, at, half);
        Gemm.Add(At(at + half, at).Transposed, At(at + half, column), At(at, column), half, columns, rest, lanes: lanes);
        TimesLeftTransposed(column, columns, at + half, rest);
    }

    private Window LeafWindow(int size) => new(_leaf, 0, size, 1);

    /// <summary>Block of <paramref name="rows"/> × size ← block · factor.</summary>
    private void Replace(int row, int rows, int at, int size, Window factor)
    {
        var panel = TakeOut(row, rows, at, size);
        Gemm.Add(panel, factor, At(row, at), rows, size, size, lanes: lanes);
    }

    /// <summary>Block of size × <paramref name="columns"/> ← factor · block.</summary>
    private void ReplaceLeft(int column, int columns, int at, int size, Window factor)
    {
        var panel = TakeOut(at, size, column, columns);
        Gemm.Add(factor, panel, At(at, column), size, columns, size, lanes: lanes);
    }

    /// <summary>Copies a block out and leaves zeros.</summary>
    private Window TakeOut(int row, int rows, int column, int columns)
    {
        if (_panel.Length < rows * columns) _panel = new float[Math.Max(rows * columns, Math.Min(n, 2 * _panel.Length / Leaf + Leaf) * Leaf)];
        for (var i = 0; i < rows; i++)
        {
            var from = a.AsSpan((row + i) * n + column, columns);
            from.CopyTo(_panel.AsSpan(i * columns));
            from.Clear();
        }

        return new Window(_panel, 0, columns, 1);
    }

    private void CopyLeaf(int at, int size)
    {
        for (var i = 0; i < size; i++)
        {
            a.AsSpan((at + i) * n + at, i + 1).CopyTo(_leaf.AsSpan(i * size));
            _leaf.AsSpan(i * size + i + 1, size - i - 1).Clear();
        }
    }

    private void FactorLeaf(int at, int size)
    {
        for (var j = 0; j < size; j++)
        {
            var row = a.AsSpan((at + j) * n + at, size);
            double sum = row[j];
            for (var p = 0; p < j; p++) sum -= (double)row[p] * row[p];
            if (!(sum > 0)) throw new ArgumentException($"the matrix is not positive definite (pivot {at + j} is {sum:G3}); raise the regularisation");
            var pivot = (float)Math.Sqrt(sum);
            row[j] = pivot;
            for (var i = j + 1; i < size; i++)
            {
                var lower = a.AsSpan((at + i) * n + at, size);
                lower[j] = (lower[j] - Vectors.Dot(lower[..j], row[..j])) / pivot;
            }
        }
    }

    /// <summary>The leaf's inverse, row by row: row i = (eᵢ − Σ_{p&lt;i} l_ip · row p)/l_ii.</summary>
    private void InvertLeaf(int at, int size)
    {
        Array.Clear(_leaf, 0, size * size);
        for (var i = 0; i < size; i++)
        {
            var factor = a.AsSpan((at + i) * n + at, i + 1);
            var row = _leaf.AsSpan(i * size, i + 1);
            for (var p = 0; p < i; p++) Vectors.AddScaled(row[..(p + 1)], _leaf.AsSpan(p * size, p + 1), -factor[p]);
            row[i] = 1f;
            var scale = 1f / factor[i];
            for (var j = 0; j <= i; j++) row[j] *= scale;
        }
    }
}
