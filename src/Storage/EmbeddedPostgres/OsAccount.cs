using System.Diagnostics;
using Busker.Kernel;

namespace Busker.Storage;

/// <summary>The unprivileged account the server runs under when we are root; PostgreSQL refuses to be root.</summary>
internal sealed record OsAccount(string Name, string Uid, string Gid)
{
    private static readonly string[] Preferred = ["postgres", "nobody"];
    private static readonly string[] Tools = ["setpriv", "chroot"];
    private static readonly string[] ToolDirectories = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"];

    /// <summary>Null when this process is not root: then the server runs as ourselves.</summary>
    public static Result<OsAccount?> Choose()
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess) return default(OsAccount);
        if (Dropper() is null) return NoDropper;
        var accounts = File.ReadLines("/etc/passwd").Select(l => l.Split(':')).Where(f => f.Length >= 4)
            .ToLookup(f => f[0], f => new OsAccount(f[0], f[2], f[3]));
        var chosen = Preferred.SelectMany(n => accounts[n]).FirstOrDefault();
        return chosen is null ? NoAccount : chosen;
    }

    /// <summary>The same command, run as this account. Both tools replace themselves by the command: its pid stays.</summary>
    public IEnumerable<string> Wrap(params IEnumerable<string> command) =>
        Dropper()!.EndsWith("setpriv", StringComparison.Ordinal)
            ? [Dropper()!, "--reuid", Uid, "--regid", Gid, "--clear-groups", "--inh-caps=-all", .. command]
            : [Dropper()!, $"--userspec={Uid}:{Gid}", "--groups=", "/", .. command];

    /// <summary>May this account walk to the directory and read it?</summary>
    public bool CanReach(string directory)
    {
        string[] command = [.. Wrap("/bin/sh", "-c", "test -r \"$0\" && test -x \"$0\"", directory)];
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = "/" })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    /// <summary>Gives a tree to this account.</summary>
    public void Own(string path)
    {
        using var process = Process.Start(new ProcessStartInfo("chown", ["-RP", $"{Uid}:{Gid}", path]))!;
        process.WaitForExit();
    }

    private static string? Dropper() =>
        Tools.SelectMany(tool => ToolDirectories.Select(d => Path.Combine(d, tool))).FirstOrDefault(File.Exists);

    private static readonly Fault NoDropper = new(Code.FailedPrecondition, "CANNOT_DROP_PRIVILEGES",
        "PostgreSQL refuses to run as root and neither setpriv nor chroot is installed: run ./busker as an ordinary user.");

    private static readonly Fault NoAccount = new(Code.FailedPrecondition, "CANNOT_DROP_PRIVILEGES",
        "PostgreSQL refuses to run as root and there is no account postgres or nobody to run it as: run ./busker as an ordinary user.");
}
