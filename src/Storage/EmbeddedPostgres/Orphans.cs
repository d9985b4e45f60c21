using System.Globalization;
using System.Runtime.InteropServices;

namespace Busker.Storage;

/// <summary>
/// Database processes left on a data directory whose owner is gone. Called only by who holds the lock on the state, so
/// whatever still runs there belongs to nobody.
/// </summary>
internal static class Orphans
{
    private const int Quit = 3, Kill = 9, Interrupt = 2;

    /// <summary>Ends them: politely, then firmly. Returns how many there were.</summary>
    public static async Task<int> EndAsync(string data, CancellationToken ct)
    {
        var first = Running(data);
        if (first.Count == 0)
        {
            ForgetRecycledPid(data);
            return 0;
        }

        foreach (var (signal, patience) in new[] { (Interrupt, 10_000), (Quit, 5_000), (Kill, 5_000) })
        {
            foreach (var pid in Running(data)) _ = SendSignal(pid, signal);
            for (var waited = 0; waited < patience; waited += 20)
            {
                if (Running(data).Count == 0) return first.Count;
                await Task.Delay(20, ct);
            }
        }

        return first.Count;
    }

    /// <summary>After a reboot the pid in the pid file may be somebody else's: PostgreSQL would wait for a stranger.</summary>
    private static void ForgetRecycledPid(string data)
    {
        var file = Path.Combine(data, "postmaster.pid");
        if (!Directory.Exists("/proc") || !File.Exists(file)) return;
        if (PidIn(file) is { } pid && Directory.Exists($"/proc/{pid}")) File.Delete(file);
    }

    /// <summary>The server and its workers all have the data directory as their working directory.</summary>
    private static List<int> Running(string data)
    {
        if (!Directory.Exists("/proc"))
        {
            return PidIn(Path.Combine(data, "postmaster.pid")) is { } pid && SendSignal(pid, 0) == 0 ? [pid] : [];
        }

        var real = Real(data);
        return [.. Directory.EnumerateDirectories("/proc")
            .Select(d => int.TryParse(Path.GetFileName(d.AsSpan()), CultureInfo.InvariantCulture, out var pid) ? pid : 0)
            .Where(pid => pid > 0 && WorkingDirectory(pid) == real && IsPostgres(pid))];
    }

    /// <summary>The path without links at any level, as the kernel tells it.</summary>
    private static string Real(string path) =>
        Path.GetDirectoryName(path) is not { } parent ? path
        : Path.Combine(Real(parent), Path.GetFileName(path)) is var here && new DirectoryInfo(here).LinkTarget is { } target
            ? Real(Path.GetFullPath(target, Real(parent)))
            : here;

    private static string? WorkingDirectory(int pid)
    {
        try { return new FileInfo($"/proc/{pid}/cwd").LinkTarget; }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { return null; }
    }

    private static bool IsPostgres(int pid)
    {
        try { return File.ReadAllText($"/proc/{pid}/comm").StartsWith("postgres", StringComparison.Ordinal); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { return false; }
    }

    private static int? PidIn(string file)
    {
        try { return int.TryParse(File.ReadLines(file).FirstOrDefault(), CultureInfo.InvariantCulture, out var pid) ? pid : null; }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { return null; }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int pid, int signal);
}
