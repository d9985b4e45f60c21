using Busker.Learning.Algebra;
using Busker.Learning.Numbers;

namespace Busker.Learning.Tests.Algebra;

public sealed class GemmTests
{
    internal static float[] Random(int count, ulong seed)
    {
        var rng = new Rng(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)rng.NextGaussian())];
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(6, 16, 256)]
    [InlineData(7, 17, 3)]
    [InlineData(101, 67, 300)]
    public void A_product_is_the_sum_of_products(int m, int n, int k)
    {
        var (a, b, c) = (Random(m * k, 1), Random(k * n, 2), Random(m * n, 3));
        var expected = c.ToArray();
        for (var i = 0; i < m; i++)
            for (var j = 0; j < n; j++)
                for (var p = 0; p < k; p++) expected[i * n + j] += -2f * a[i * k + p] * b[p * n + j];
        Gemm.Add(new Window(a, 0, k, 1), new Window(b, 0, n, 1), new Window(c, 0, n, 1), m, n, k, -2f);
        for (var i = 0; i < c.Length; i++) c[i].ShouldBe(expected[i], 1e-3f * (1 + MathF.Sqrt(k)));
    }

    [Fact]
    public void A_transposed_window_and_the_lower_triangle_give_the_same_numbers()
    {
        const int n = 150, k = 70;
        var a = Random(k * n, 4);
        var (full, lower) = (new float[n * n], new float[n * n]);
        var w = new Window(a, 0, n, 1);
        Gemm.Add(w.Transposed, w, new Window(full, 0, n, 1), n, n, k);
        Gemm.Add(w.Transposed, w, new Window(lower, 0, n, 1), n, n, k, lowerOnly: true);
        for (var i = 0; i < n; i++)
            for (var j = 0; j <= i; j++) lower[i * n + j].ShouldBe(full[i * n + j]);
    }

    [Fact]
    public void The_bits_do_not_depend_on_the_number_of_threads()
    {
        const int n = 260;
        var (a, one, two) = (Random(n * n, 5), new float[n * n], new float[n * n]);
        var w = new Window(a, 0, n, 1);
        Gemm.Add(w, w, new Window(one, 0, n, 1), n, n, n, lanes: new Lanes(1));
        Gemm.Add(w, w, new Window(two, 0, n, 1), n, n, n, lanes: new Lanes(4));
        two.ShouldBe(one);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(37)]
    [InlineData(129)]
    [InlineData(300)]
    [InlineData(700)]
    public void A_matrix_times_its_inverse_is_one(int n)
    {
        var a = Random(n * n, 6);
        var g = new float[n * n];
        var w = new Window(a, 0, n, 1);
        Gemm.Add(w, w.Transposed, new Window(g, 0, n, 1), n, n, n, 1f / n);
        for (var i = 0; i < n; i++) g[i * n + i] += 1;
        var inverse = g.ToArray();
        Cholesky.Invert(inverse, n, new Lanes(2));
        var product = new float[n * n];
        Gemm.Add(new Window(g, 0, n, 1), new Window(inverse, 0, n, 1), new Window(product, 0, n, 1), n, n, n);
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++) product[i * n + j].ShouldBe(i == j ? 1f : 0f, 1e-4f);
    }

    [Fact]
    public void A_matrix_that_is_not_positive_definite_is_refused_with_the_pivot() =>
        Should.Throw<ArgumentException>(() => Cholesky.Factor([1f, 2f, 2f, 1f], 2)).Message.ShouldContain("pivot 1");

    [Theory]
    [InlineData(8, 5)]
    [InlineData(24, 9)]
    [InlineData(48, 11)]
    [InlineData(13, 6)]
    public void Row_kernels_agree_with_plain_sums(int d, int rows)
    {
        var (block, x, weights) = (Random(rows * d, 7), Random(d, 8), Random(rows, 9));
        var (products, target) = (new float[rows], new float[d]);
        Vectors.MultiplyRows(block, x, products);
        Vectors.AddRows(block, weights, target);
        for (var r = 0; r < rows; r++) products[r].ShouldBe(Enumerable.Range(0, d).Sum(i => block[r * d + i] * x[i]), 1e-4f);
        for (var i = 0; i < d; i++) target[i].ShouldBe(Enumerable.Range(0, rows).Sum(r => weights[r] * block[r * d + i]), 1e-4f);
    }
}
