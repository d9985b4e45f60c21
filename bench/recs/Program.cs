using System.Diagnostics;
using Busker.Learning.Algebra;
using Busker.Learning.Data;
using Busker.Learning.Numbers;
using Busker.Learning.Recommend;

Console.WriteLine(System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated);
if (args[0] == "gemm")
{
    var n = int.Parse(args[1]);
    var rng = new Rng(1);
    var a = new float[n * n];
    for (var i = 0; i < a.Length; i++) a[i] = (float)rng.NextDouble();
    var c = new float[n * n];
    var w = new Window(a, 0, n, 1);
    for (var r = 0; r < 3; r++)
    {
        var t = Stopwatch.StartNew();
        Gemm.Add(w, w.Transposed, new Window(c, 0, n, 1), n, n, n, 1f / n, lanes: new Lanes(int.Parse(args[2])));
        Console.WriteLine($"{2.0 * n * n * n / t.Elapsed.TotalSeconds / 1e9:0} GF/s");
    }

    Array.Clear(c);
    Gemm.Add(w, w.Transposed, new Window(c, 0, n, 1), n, n, n, 1f / n, lanes: new Lanes(int.Parse(args[2])));
    for (var i = 0; i < n; i++) c[i * n + i] += 1;
    for (var r = 0; r < 2; r++)
    {
        c.CopyTo(a, 0);
        var t = Stopwatch.StartNew();
        Cholesky.Factor(a, n, new Lanes(int.Parse(args[2])));
        Console.WriteLine($"factor {t.Elapsed.TotalSeconds:0.000}");
        c.CopyTo(a, 0);
        t.Restart();
        Cholesky.Invert(a, n, new Lanes(int.Parse(args[2])));
        Console.WriteLine($"invert {t.Elapsed.TotalSeconds:0.000}");
    }
}

if (args[0] == "ials")
{
    var data = RecsFolder.Read(args[1]).Value.TrainAndValidation.Binary();
    foreach (var d in new[] { 64, 128 })
    {
        var t = Stopwatch.StartNew();
        var last = 0.0;
        Ials.Train(data, new IalsSettings(d, Epochs: 6), 1, new Lanes(int.Parse(args[2])), e => { Console.Write($"{t.Elapsed.TotalSeconds - last:0.000} "); last = t.Elapsed.TotalSeconds; });
        Console.WriteLine();
    }
}
