using Busker.Learning.Algebra;
using Busker.Learning.Numbers;

namespace Busker.Learning.Recommend;

/// <summary>
/// Where an item that nobody has heard should stand: a ridge regression from content (tags, audio, the creator as one more
/// tag) to the factors of known items, W = (TᵀDT + λI)⁻¹TᵀDH, with T the idf-weighted, length-normalised contents and D the
/// number of listeners. Solved by conjugate gradients, so memory is tags × d whatever the number of tags.
/// </summary>
public sealed class ContentPrior
{
    private readonly float[] _idf;
    private readonly float[] _weights; // tags × d

    private ContentPrior(int d, float[] idf, float[] weights) => (Dimensions, _idf, _weights) = (d, idf, weights);

    /// <summary>d of the factors.</summary>
    public int Dimensions { get; }

    /// <summary>Tags of the vocabulary.</summary>
    public int Tags => _idf.Length;

    /// <param name="contents">Items × tags with counts or strengths.</param>
    /// <param name="factors">Items × d of a trained <see cref="Ials"/>.</param>
    /// <param name="listeners">Number of listeners per item; an item with none is not learnt from.</param>
    public static ContentPrior Train(Interactions contents, float[] factors, int d, int[] listeners, float ridge = 10f, int steps = 200)
    {
        var idf = Idf(contents, listeners);
        var t = Normalize(contents, idf);
        var system = new Ridge(t, listeners, d, ridge);
        return new ContentPrior(d, idf, system.Solve(factors, steps));
    }

    private static float[] Idf(Interactions contents, int[] listeners)
    {
        var count = new int[contents.Items];
        var items = 0;
        for (var i = 0; i < contents.Users; i++)
        {
            if (listeners[i] == 0) continue;
            items++;
            foreach (var tag in contents.ItemsOf(i)) count[tag]++;
        }

        return Array.ConvertAll(count, n => n == 0 ? 0f : MathF.Log(1f + items / (float)n));
    }

    private static Interactions Normalize(Interactions contents, float[] idf)
    {
        var weights = new float[contents.Columns.Length];
        for (var i = 0; i < contents.Users; i++)
            Describe(contents.ItemsOf(i), contents.WeightsOf(i), idf, weights.AsSpan((int)contents.Starts[i], contents.Length(i)));
        return contents.Replace(weights);
    }

    private static void Describe(ReadOnlySpan<int> tags, ReadOnlySpan<float> strengths, float[] idf, Span<float> description)
    {
        for (var k = 0; k < tags.Length; k++) description[k] = MathF.Log(1f + strengths[k]) * idf[tags[k]];
        var norm = Vectors.Dot(description, description);
        if (norm > 0) for (var k = 0; k < tags.Length; k++) description[k] /= MathF.Sqrt(norm);
    }

    /// <summary>The expected factors of an item with these contents; zero when no tag is known. d floats.</summary>
    public void Expect(ReadOnlySpan<int> tags, ReadOnlySpan<float> strengths, Span<float> vector)
    {
        var description = new float[tags.Length];
        Describe(tags, strengths, _idf, description);
        vector.Clear();
        for (var k = 0; k < tags.Length; k++) Vectors.AddScaled(vector, _weights.AsSpan(tags[k] * Dimensions, Dimensions), description[k]);
    }

    /// <summary>(TᵀDT + λI) W = TᵀDH for all d columns at once: each iteration is two sparse passes.</summary>
    private sealed class Ridge(Interactions t, int[] listeners, int d, float ridge)
    {
        public float[] Solve(float[] factors, int steps)
        {
            var (x, r, p, ap) = (new float[t.Items * d], new float[t.Items * d], Array.Empty<float>(), new float[t.Items * d]);
            for (var i = 0; i < t.Users; i++) Scatter(i, factors.AsSpan(i * d, d), r);
            p = [.. r];
            var size = Squares(r);
            var start = size;
            for (var step = 0; step < steps && size > 1e-12 * start; step++)
            {
                Array.Clear(ap);
                Vectors.AddScaled(ap, p, ridge);
                var row = new float[d];
                for (var i = 0; i < t.Users; i++)
                {
                    if (listeners[i] == 0) continue;
                    Array.Clear(row);
                    var tags = t.ItemsOf(i);
                    var weights = t.WeightsOf(i);
                    for (var k = 0; k < tags.Length; k++) Vectors.AddScaled(row, p.AsSpan(tags[k] * d, d), weights[k]);
                    Scatter(i, row, ap);
                }

                var length = (float)(size / Product(p, ap));
                Vectors.AddScaled(x, p, length);
                Vectors.AddScaled(r, ap, -length);
                var next = Squares(r);
                var keep = (float)(next / size);
                for (var k = 0; k < p.Length; k++) p[k] = r[k] + keep * p[k];
                size = next;
            }

            return x;
        }

        private void Scatter(int item, ReadOnlySpan<float> row, float[] target)
        {
            if (listeners[item] == 0) return;
            var tags = t.ItemsOf(item);
            var weights = t.WeightsOf(item);
            for (var k = 0; k < tags.Length; k++) Vectors.AddScaled(target.AsSpan(tags[k] * d, d), row, weights[k] * listeners[item]);
        }

        private static double Squares(float[] x) => Product(x, x);

        private static double Product(float[] x, float[] y)
        {
            double sum = 0;
            for (var k = 0; k < x.Length; k++) sum += (double)x[k] * y[k];
            return sum;
        }
    }
}
