using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Busker.Kernel;

namespace Busker.Storage;

/// <summary>The files of one embedded server: makes the data directory once, refuses one it must not touch.</summary>
internal sealed class PostgresHome(string home, OsAccount? account)
{
    /// <summary>Where state goes when root's own directories are closed to the unprivileged account.</summary>
    private const string OpenRoot = "/var/lib/busker";

    private const long FreeBytesMin = 256L * 1024 * 1024;

    private int? _port;

    public string Data { get; private set; } = Path.Combine(home, "postgres");
    public string Log => Path.Combine(home, "postgres.log");
    public string Password => File.ReadAllText(PasswordFile);
    private string PasswordFile => Path.Combine(home, "postgres.password");
    private string PortFile => Path.Combine(home, "postgres.port");

    /// <summary>The port of this start; before it, that of the last one, to prefer; 0 when there was none.</summary>
    public int Port
    {
        get => _port ??= File.Exists(PortFile) && int.TryParse(File.ReadAllText(PortFile), CultureInfo.InvariantCulture, out var port) ? port : 0;
        set
        {
            _port = value;
            File.WriteAllText(PortFile, value.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>What a running server says of itself: pid, directory, start, port … and as its eighth line its status.</summary>
    public string? PidFile()
    {
        try { return File.ReadAllText(Path.Combine(Data, "postmaster.pid")); }
        catch (IOException) { return null; }
    }

    public async Task<Result<bool>> PrepareAsync(PostgresBinaries binaries, CancellationToken ct)
    {
        Directory.CreateDirectory(home);
        if (new DriveInfo(home).AvailableFreeSpace < FreeBytesMin) return StartFailure.DiskFull(home);
        Place();
        var versionFile = Path.Combine(Data, "PG_VERSION");
        if (!File.Exists(versionFile)) return await CreateAsync(binaries, ct);
        var written = (await File.ReadAllTextAsync(versionFile, ct)).Trim();
        if (written != binaries.Major.ToString(CultureInfo.InvariantCulture)) return OtherMajor(Data, written, binaries.Major);
        account?.Own(Data);
        return false;
    }

    /// <summary>Binaries that the account can run: themselves, or a copy where it can read them.</summary>
    public PostgresBinaries Reachable(PostgresBinaries binaries)
    {
        if (account is null || account.CanReach(binaries.Directory)) return binaries;
        var native = Path.GetDirectoryName(binaries.Directory)!;
        var copy = Path.Combine(OpenRoot, $"postgres-{binaries.Major}-{Fingerprint(binaries.Postgres)}");
        if (!Directory.Exists(copy))
        {
            var half = $"{copy}.{Environment.ProcessId}";
            Directory.CreateDirectory(OpenRoot);
            using (var cp = Process.Start("cp", ["-a", native, half])) cp.WaitForExit();
            if (!Directory.Exists(copy)) Directory.Move(half, copy);
        }

        return binaries with { Directory = Path.Combine(copy, "bin") };
    }

    private static string Fingerprint(string file) =>
        $"{new FileInfo(file).Length:x}-{new DateTimeOffset(File.GetLastWriteTimeUtc(file)).ToUnixTimeSeconds():x}";

    /// <summary>Follows the link to where the data are, or makes one when the account cannot walk into the home.</summary>
    private void Place()
    {
        if (new DirectoryInfo(Data).LinkTarget is { } there) Data = Path.GetFullPath(there, home);
        else if (account is not null && !Directory.Exists(Data) && !account.CanReach(home))
        {
            var elsewhere = Path.Combine(OpenRoot, $"data-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}", "postgres");
            Directory.CreateDirectory(Path.GetDirectoryName(elsewhere)!);
            Directory.CreateSymbolicLink(Data, elsewhere);
            Data = elsewhere;
        }
    }

    /// <summary>initdb into a neighbour, then one rename: a half-made directory is never taken for a database.</summary>
    private async Task<Result<bool>> CreateAsync(PostgresBinaries binaries, CancellationToken ct)
    {
        if (Directory.Exists(Data) && Directory.EnumerateFileSystemEntries(Data).Any()) return NotADatabase(Data);
        var half = Data + ".new";
        var secret = half + ".password";
        if (Directory.Exists(half)) Directory.Delete(half, true);
        Directory.CreateDirectory(half);
        WriteSecret(PasswordFile, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24)));
        WriteSecret(secret, Password);
        account?.Own(half);
        account?.Own(secret);
        string[] initdb =
        [
            binaries.Initdb, "-D", half, "-U", "busker", "--auth=scram-sha-256", $"--pwfile={secret}",
            "--encoding=UTF8", "--locale=C", "--data-checksums",
        ];
        var (code, output) = await RunAsync(account is null ? initdb : [.. account.Wrap(initdb)], ct);
        File.Delete(secret);
        if (code != 0) return StartFailure.Explain(output, home);
        if (Directory.Exists(Data)) Directory.Delete(Data);
        Directory.Move(half, Data);
        return true;
    }

    private static void WriteSecret(string file, string text)
    {
        File.Delete(file);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var stream = new FileStream(file, options);
        stream.Write(System.Text.Encoding.ASCII.GetBytes(text));
    }

    private static async Task<(int Code, string Output)> RunAsync(string[] command, CancellationToken ct)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = "/", RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["TZ"] = "UTC" },
        })!;
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        await using var calledOff = ct.Register(() => process.Kill(entireProcessTree: true));
        await process.WaitForExitAsync(CancellationToken.None);
        var said = await output + await errors; // ends when the last of its children has
        ct.ThrowIfCancellationRequested();
        return (process.ExitCode, said);
    }

    private static Fault OtherMajor(string data, string written, int major) => new(Code.FailedPrecondition, "POSTGRES_OTHER_MAJOR",
        $"The data in {data} were written by PostgreSQL {written} and this is PostgreSQL {major}, which cannot read them: "
        + $"use binaries of version {written}, or move the state with --data and load it anew.");

    private static Fault NotADatabase(string data) => new(Code.FailedPrecondition, "NOT_A_DATABASE",
        $"{data} holds files that are not a PostgreSQL database: move them away, or choose another place with --data.");
}
