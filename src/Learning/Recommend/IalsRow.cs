using Busker.Learning.Algebra;

namespace Busker.Learning.Recommend;

/// <summary>
/// One row of an alternation: minimise over w  Σᵢ cᵢ(⟨w,hᵢ⟩ − 1)² + α₀‖H w‖² + ρ‖w‖², that is
/// (Σ cᵢhᵢhᵢᵀ + α₀HᵀH + ρI) w = Σ cᵢhᵢ. Workspace of one thread; nothing is allocated per row once it has grown.
/// </summary>
internal sealed class IalsRow(int d)
{
    private float[] _block = [];
    private float[] _products = [];
    private float[] _matrix = [];
    private readonly float[] _residual = new float[d], _direction = new float[d], _image = new float[d];

    /// <summary>Gathers the factors of the row's items into one contiguous block, so that every later pass streams.</summary>
    private int Gather(float[] factors, ReadOnlySpan<int> items)
    {
        if (_block.Length < items.Length * d)
        {
            _block = new float[Math.Max(items.Length * d, _block.Length * 2)];
            _products = new float[_block.Length / d];
        }

        for (var i = 0; i < items.Length; i++) factors.AsSpan(items[i] * d, d).CopyTo(_block.AsSpan(i * d));
        return items.Length;
    }

    /// <summary>Conjugate gradients from the current w; gram = α₀HᵀH, d×d.</summary>
    public void Conjugate(float[] factors, ReadOnlySpan<int> items, ReadOnlySpan<float> weights, float[] gram, float ridge, int steps, Span<float> w)
    {
        var m = Gather(factors, items);
        Apply(m, weights, gram, ridge, w, _residual, minusTarget: true);
        for (var i = 0; i < d; i++) _residual[i] = -_residual[i];
        _residual.CopyTo(_direction.AsSpan());
        var size = Vectors.Dot(_residual, _residual);
        for (var step = 0; step < steps && size > 1e-20f; step++)
        {
            Apply(m, weights, gram, ridge, _direction, _image, minusTarget: false);
            var length = size / Vectors.Dot(_direction, _image);
            Vectors.AddScaled(w, _direction, length);
            Vectors.AddScaled(_residual, _image, -length);
            var next = Vectors.Dot(_residual, _residual);
            var keep = next / size;
            for (var i = 0; i < d; i++) _direction[i] = _residual[i] + keep * _direction[i];
            size = next;
        }
    }

    /// <summary>image = A·x, or A·x − b: one pass over the gathered block for each of the two products.</summary>
    private void Apply(int m, ReadOnlySpan<float> weights, float[] gram, float ridge, ReadOnlySpan<float> x, Span<float> image, bool minusTarget)
    {
        Vectors.MultiplyRows(gram, x, image);
        Vectors.AddScaled(image, x, ridge);
        var products = _products.AsSpan(0, m);
        Vectors.MultiplyRows(_block.AsSpan(0, m * d), x, products);
        for (var i = 0; i < m; i++) products[i] = weights[i] * (minusTarget ? products[i] - 1f : products[i]);
        Vectors.AddRows(_block.AsSpan(0, m * d), products, image);
    }

    /// <summary>Exact solution by Cholesky.</summary>
    public void Exact(float[] factors, ReadOnlySpan<int> items, ReadOnlySpan<float> weights, float[] gram, float ridge, Span<float> w)
    {
        Assemble(Gather(factors, items), weights, gram, ridge);
        w.Clear();
        Vectors.AddRows(_block.AsSpan(0, items.Length * d), weights, w);
        Cholesky.SolveSmall(_matrix, d, w);
    }

    /// <summary>The system matrix A of a row, d×d (lower triangle filled); valid until the next call.</summary>
    public ReadOnlySpan<float> Matrix(float[] factors, ReadOnlySpan<int> items, ReadOnlySpan<float> weights, float[] gram, float ridge)
    {
        Assemble(Gather(factors, items), weights, gram, ridge);
        return _matrix;
    }

    private void Assemble(int m, ReadOnlySpan<float> weights, float[] gram, float ridge)
    {
        if (_matrix.Length == 0) _matrix = new float[d * d];
        gram.CopyTo(_matrix.AsSpan());
        for (var i = 0; i < m; i++)
        {
            var h = _block.AsSpan(i * d, d);
            for (var r = 0; r < d; r++) Vectors.AddScaled(_matrix.AsSpan(r * d, r + 1), h[..(r + 1)], weights[i] * h[r]);
        }

        for (var r = 0; r < d; r++) _matrix[r * d + r] += ridge;
    }

    /// <summary>One sweep of exact solves over blocks of b coordinates, the others held (iALS++).</summary>
    public void Blocks(float[] factors, ReadOnlySpan<int> items, ReadOnlySpan<float> weights, float[] gram, float ridge, int b, Span<float> w)
    {
        var m = Gather(factors, items);
        if (_matrix.Length == 0) _matrix = new float[d * d];
        var products = _products.AsSpan(0, m);
        Vectors.MultiplyRows(_block.AsSpan(0, m * d), w, products);
        for (var at = 0; at < d; at += b)
        {
            var width = Math.Min(b, d - at);
            var a = _matrix.AsSpan(0, width * width);
            var gradient = _image.AsSpan(0, width);
            for (var r = 0; r < width; r++)
            {
                var row = gram.AsSpan((at + r) * d, d);
                row.Slice(at, width).CopyTo(a[(r * width)..]);
                a[r * width + r] += ridge;
                gradient[r] = -Vectors.Dot(row, w) - ridge * w[at + r];
            }

            for (var i = 0; i < m; i++)
            {
                var h = _block.AsSpan(i * d + at, width);
                Vectors.AddScaled(gradient, h, weights[i] * (1f - products[i]));
                for (var r = 0; r < width; r++) Vectors.AddScaled(a.Slice(r * width, r + 1), h[..(r + 1)], weights[i] * h[r]);
            }

            Cholesky.SolveSmall(a, width, gradient);
            for (var i = 0; i < m; i++) products[i] += Vectors.Dot(_block.AsSpan(i * d + at, width), gradient);
            Vectors.AddScaled(w.Slice(at, width), gradient, 1f);
        }
    }
}
