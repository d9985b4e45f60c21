using System.Diagnostics;
using System.Globalization;
using Busker.Flags;
using Google.Protobuf;

namespace Busker.Bench.Flags;

/// <summary>How long a large state takes until it can answer: in a process that has just started, and in one that has done it before.</summary>
internal static class Loading
{
    private const int Processes = 3, Again = 5;

    public static IEnumerable<(string What, double Seconds)> Run()
    {
        var state = Made.Large(10_000, 5_000);
        var files = new[] { ("signed file format", StateFiles.Write(state, TimeProvider.System)), ("JSON", System.Text.Encoding.UTF8.GetBytes(JsonFormatter.Default.Format(state))) };
        foreach (var (name, bytes) in files)
        {
            var file = Path.GetTempFileName();
            File.WriteAllBytes(file, bytes);
            double[][] runs = [.. Enumerable.Range(0, Processes).Select(_ => Start(file))];
            File.Delete(file);
            yield return ($"10000 flags and 5000 segments read and compiled by a new process ({name}; {bytes.Length / 1024} kB)", Middle(runs.Select(r => r[0])));
            yield return ($"the same again ({name})", Middle(runs.Select(r => r[1])));
        }
    }

    /// <summary>Prints how long the first load took, and the median of those that followed.</summary>
    public static void Once(string file)
    {
        var bytes = File.ReadAllBytes(file);
        var seconds = new List<double>();
        for (var round = 0; round <= Again; round++)
        {
            var began = Stopwatch.GetTimestamp();
            var state = StateSource.Read(bytes).Value;
            var book = FlagBook.Build(state, TimeProvider.System).Value;
            seconds.Add(Stopwatch.GetElapsedTime(began).TotalSeconds);
            GC.KeepAlive(book);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{seconds[0]} {Middle(seconds.Skip(1))}"));
    }

    private static double[] Start(string file)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(Loading).Assembly.Location, "load", file]) { RedirectStandardOutput = true })!;
        return [.. process.StandardOutput.ReadToEnd().Split(' ').Select(s => double.Parse(s, CultureInfo.InvariantCulture))];
    }

    private static double Middle(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);
}
