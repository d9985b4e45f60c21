using System.Diagnostics;
using System.Runtime.InteropServices;
using Busker.Learning.Numbers;

namespace Busker.Bench.Fraud;

/// <summary>The same rows through scikit-learn, in a process of its own: columns as raw doubles in, scores as raw doubles out.</summary>
internal sealed class Peer : IDisposable
{
    private const string Python = "/usr/bin/python3";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("busker-fraud-peer");

    public static int Install() => Start("apt-get", "install", "-y", "--no-install-recommends", "python3-sklearn");

    /// <summary>Scores of the test rows by each model of the peer; empty when it is not installed.</summary>
    public Dictionary<string, double[]> Score(Table train, double[] labels, Table test)
    {
        Write("train.bin", [.. train.Columns, labels]);
        Write("test.bin", test.Columns);
        var script = Path.Combine(BenchResult.Root, "bench", "fraud", "peers.py");
        if (!File.Exists(Python) || Start(Python, script, _folder.FullName, $"{train.Width}") != 0)
        {
            Console.WriteLine("scikit-learn did not run; ./busker bench fraud peers installs it");
            return [];
        }

        return _folder.GetFiles("*.score").ToDictionary(f => Path.GetFileNameWithoutExtension(f.Name), f => MemoryMarshal.Cast<byte, double>(File.ReadAllBytes(f.FullName)).ToArray());
    }

    private void Write(string name, double[][] columns)
    {
        using var file = File.Create(Path.Combine(_folder.FullName, name));
        foreach (var column in columns) file.Write(MemoryMarshal.AsBytes(column.AsSpan()));
    }

    private static int Start(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments))!;
        process.WaitForExit();
        return process.ExitCode;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
