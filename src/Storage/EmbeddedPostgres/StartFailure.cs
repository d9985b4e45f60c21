using Busker.Kernel;

namespace Busker.Storage;

/// <summary>Turns what PostgreSQL wrote into one sentence somebody can act on.</summary>
internal static class StartFailure
{
    public static Fault Explain(string output, string home) => output switch
    {
        _ when Has(output, "No space left on device") => DiskFull(home),
        _ when Has(output, "Permission denied", "wrong ownership", "Operation not permitted") => Denied(home),
        _ when Has(output, "could not map anonymous shared memory", "could not create shared memory segment", "Cannot allocate memory") => NoMemory,
        _ when Has(output, "is another postmaster") => Busy(home),
        _ when Has(output, "Address already in use", "could not create any TCP/IP sockets") => PortTaken,
        _ => Other(output, home),
    };

    private static bool Has(string output, params ReadOnlySpan<string> signs)
    {
        foreach (var sign in signs)
            if (output.Contains(sign, StringComparison.Ordinal)) return true;
        return false;
    }

    public static Fault DiskFull(string home) => new(Code.Unavailable, "DISK_FULL",
        $"The disk that holds {home} is full: free some space, or move the state with --data.");

    public static Fault Busy(string home) => new(Code.FailedPrecondition, "DATA_IN_USE",
        $"Another Busker is running on {home}: stop it first, or give this one its own state with --data.");

    public static readonly Fault PortTaken = new(Code.Unavailable, "PORT_TAKEN",
        "The database's port was taken in the moment it was chosen: start again.");

    private static Fault Denied(string home) => new(Code.PermissionDenied, "DATA_NOT_OURS",
        $"The database may not use its files in {home}: they belong to another account; start as that account or move the state with --data.");

    private static readonly Fault NoMemory = new(Code.Unavailable, "NO_MEMORY",
        "There is not enough memory for the database: stop something else or give this machine more.");

    private static Fault Other(string output, string home)
    {
        var lines = output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var last = lines.LastOrDefault(l => Has(l, "FATAL", "PANIC", "error:")) ?? lines.LastOrDefault() ?? "it said nothing";
        return new(Code.Unavailable, "POSTGRES_FAILED", $"PostgreSQL did not start: {last} (log: {Path.Combine(home, "postgres.log")})");
    }
}
