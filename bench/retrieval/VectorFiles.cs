using System.Runtime.InteropServices;
using Busker.Learning.Algebra;
using Busker.Learning.Numbers;
using Busker.Learning.Retrieval;

namespace Busker.Bench.Retrieval;

/// <summary>
/// Seeded rows of length 1 as item factors are: of low rank and in clusters. x = A·z + noise with z of a third of the dimensions
/// around one of 2,000 centres. Written once, read by every library; the truth comes from the exact scan.
/// </summary>
internal sealed class VectorFiles(string folder, int rows, int d)
{
    private const int K = 100;
    public const int QueryCount = 1000;

    public float[] Rows { get; private set; } = [];
    public float[] Queries { get; private set; } = [];
    public int[] Truth { get; private set; } = [];

    private string At(string name, string kind) => Path.Combine(folder, $"{name}-{d}.{kind}");

    public VectorFiles Ready()
    {
        Directory.CreateDirectory(folder);
        if (!File.Exists(At("truth", "i32")) || new FileInfo(At("rows", "f32")).Length != 4L * rows * d)
        {
            foreach (var stale in Directory.GetFiles(folder, $"*-{d}.index")) File.Delete(stale);
            Make();
        }

        Rows = Read<float>(At("rows", "f32"));
        Queries = Read<float>(At("queries", "f32"));
        Truth = Read<int>(At("truth", "i32"));
        return this;
    }

    private void Make()
    {
        var rank = d / 3;
        var rng = new Rng(1);
        var map = Gaussian(rng, d * rank);
        var centres = Gaussian(rng, 2000 * rank);
        var (all, asked) = (new float[(long)rows * d], new float[QueryCount * d]);
        Fill(all, map, centres, new Rng(2));
        Fill(asked, map, centres, new Rng(3));
        Write(At("rows", "f32"), all);
        Write(At("queries", "f32"), asked);
        var set = new VectorSet(all, d);
        var truth = new int[QueryCount * K];
        Lanes.All.For(QueryCount, q => set.Exact(asked.AsSpan(q * d, d), truth.AsSpan(q * K, K), new float[K]));
        Write(At("truth", "i32"), truth);
    }

    private void Fill(float[] target, float[] map, float[] centres, Rng root)
    {
        var rank = d / 3;
        Lanes.All.Ranges(target.Length / d, 4096, (from, to) =>
        {
            var rng = root.Fork((ulong)from);
            var z = new float[rank];
            for (var r = from; r < to; r++)
            {
                var centre = rng.NextInt(2000) * rank;
                for (var i = 0; i < rank; i++) z[i] = centres[centre + i] + 0.7f * (float)rng.NextGaussian();
                var row = target.AsSpan(r * d, d);
                for (var i = 0; i < d; i++) row[i] = Vectors.Dot(map.AsSpan(i * rank, rank), z) + 0.3f * (float)rng.NextGaussian();
                var scale = 1 / MathF.Sqrt(Vectors.Dot(row, row));
                for (var i = 0; i < d; i++) row[i] *= scale;
            }
        });
    }

    private static float[] Gaussian(Rng rng, int count)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++) values[i] = (float)rng.NextGaussian();
        return values;
    }

    private static void Write<T>(string path, T[] values) where T : unmanaged
    {
        using var file = File.Create(path);
        file.Write(MemoryMarshal.AsBytes(values.AsSpan()));
    }

    private static T[] Read<T>(string path) where T : unmanaged
    {
        using var file = File.OpenRead(path);
        var values = new T[file.Length / Marshal.SizeOf<T>()];
        file.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
