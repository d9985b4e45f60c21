using System.Diagnostics;

namespace Busker.Architecture.Tests;

/// <summary>The files that are part of the project: what git tracks, or without git all but what is built.</summary>
internal static class Tracked
{
    private static readonly string[] Built = ["/obj/", "/bin/", "/node_modules/", "/.busker/", "/dist/", "/.git/"];

    public static IReadOnlyList<string> Paths { get; } =
        [.. (Path.Exists(Path.Combine(Repo.Root, ".git")) ? Listed() : Walked()).Where(p => File.Exists(Path.Combine(Repo.Root, p)))];

    public static string Text(string path) => File.ReadAllText(Path.Combine(Repo.Root, path));

    /// <summary>Paths (relative, with slashes) and texts of the tracked files with this ending under one of these folders.</summary>
    public static IEnumerable<(string Path, string Text)> Files(string ending, params string[] folders) =>
        Paths.Where(p => p.EndsWith(ending, StringComparison.Ordinal))
            .Where(p => folders.Length == 0 || folders.Any(f => p.StartsWith(f + "/", StringComparison.Ordinal)))
            .Select(p => (p, Text(p)));

    private static string[] Listed()
    {
        using var git = Process.Start(new ProcessStartInfo("git", ["ls-files", "-z"])
        {
            WorkingDirectory = Repo.Root, RedirectStandardOutput = true,
        })!;
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        git.ExitCode.ShouldBe(0);
        return output.Split('\0', StringSplitOptions.RemoveEmptyEntries);
    }

    private static IEnumerable<string> Walked() =>
        Directory.EnumerateFiles(Repo.Root, "*", SearchOption.AllDirectories)
            .Where(f => !Built.Any(b => f.Contains(b, StringComparison.Ordinal)))
            .Select(f => Path.GetRelativePath(Repo.Root, f).Replace('\\', '/'));
}
