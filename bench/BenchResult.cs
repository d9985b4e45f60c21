using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace Busker.Bench;

/// <summary>A file in bench/results: one row for each measurement, with the machine, the commit and the date it was made on.</summary>
internal sealed class BenchResult(string name, string columns)
{
    private readonly List<string> _rows = [];

    public static string Root { get; } = Path.GetFullPath(
        Assembly.GetEntryAssembly()!.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Root").Value!);

    public void Add(params object[] values) =>
        _rows.Add(string.Join(',', values.Select(v => Convert.ToString(v, CultureInfo.InvariantCulture))));

    /// <param name="replacing">Keep the file's rows whose key (the first columns after the machine) is not measured now.</param>
    /// <param name="key">How many columns are the key.</param>
    public void Save(bool replacing = false, int key = 1)
    {
        var path = Path.Combine(Root, "bench", "results", name + ".csv");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var head = $"{TimeProvider.System.GetUtcNow():yyyy-MM-dd},{Commit()},{Machine()}";
        var measured = _rows.Select(r => Key(r, 0, key)).ToHashSet(StringComparer.Ordinal);
        var kept = replacing && File.Exists(path) ? File.ReadLines(path).Skip(1).Where(r => !measured.Contains(Key(r, 3, key))) : [];
        File.WriteAllLines(path, [.. kept.Concat(_rows.Select(r => $"{head},{r}")).Prepend("date,commit,machine," + columns)]);
        Console.WriteLine($"written to {Path.GetRelativePath(Root, path)}");
    }

    private static string Key(string row, int from, int key) => string.Join(',', row.Split(',').Skip(from).Take(key));

    private static string Machine()
    {
        var model = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim()
            : null;
        return $"{Environment.ProcessorCount} x {(model ?? "unknown processor").Replace(',', ' ')}";
    }

    private static string Commit()
    {
        using var git = Process.Start(new ProcessStartInfo("git", "rev-parse --short HEAD") { WorkingDirectory = Root, RedirectStandardOutput = true });
        return git?.StandardOutput.ReadToEnd().Trim() is { Length: > 0 } commit ? commit : "unknown";
    }
}
