using System.Diagnostics;

namespace Busker.Support;

/// <summary>A disk that is soon full: a memory file system of a few megabytes, for as long as it is not disposed.</summary>
public sealed class SmallDisk : IDisposable
{
    private SmallDisk(string path) => Path = path;

    public string Path { get; }

    /// <returns>Null where this account may not mount.</returns>
    public static SmallDisk? TryMount(int megabytes)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess) return null;
        var path = Directory.CreateTempSubdirectory("busker-disk-").FullName;
        if (Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m,mode=0777", "tmpfs", path) == 0) return new SmallDisk(path);
        Directory.Delete(path);
        return null;
    }

    public void Dispose()
    {
        _ = Run("umount", "-l", Path);
        Directory.Delete(Path, recursive: true);
    }

    private static int Run(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
