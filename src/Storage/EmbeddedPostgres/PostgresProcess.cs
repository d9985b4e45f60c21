using System.Diagnostics;

namespace Busker.Storage;

/// <summary>
/// The server as a child under a watchdog. The watchdog stops it when its owner is gone, however the owner went: owning is
/// holding the other end of a pipe, or a shared lock, and the kernel lets go of both for a killed process.
/// </summary>
internal sealed class PostgresProcess : IDisposable
{
    // Job control gives the server a process group of its own: a terminal's Ctrl-C is for the host, which drains first.
    private const string Watchdog = """
        set -m
        log=$1 owners=$2; shift 2
        exec 3<&0 </dev/null >>"$log" 2>&1
        trap '' INT HUP
        "$@" 3<&- &
        server=$!
        stop() { while kill -INT "$server" 2>/dev/null; do kill -CONT "$server" 2>/dev/null; sleep 0.05; done; } # again: one that only just starts misses it; one that was stopped must go on
        trap stop TERM
        (
          if [ -n "$owners" ]; then exec 4<"$owners"; flock -x 4; else cat <&3 >/dev/null; fi
          stop
        ) &
        watcher=$!
        exec 3<&-
        while :; do wait "$server"; code=$?; kill -0 "$server" 2>/dev/null || break; sleep 0.1; done # a server that was only stopped is there still
        kill -- "-$watcher" 2>/dev/null
        exit "$code"
        """;

    private readonly Process _watchdog;

    private PostgresProcess(Process watchdog) => _watchdog = watchdog;

    public bool HasExited => _watchdog.HasExited;

    public static PostgresProcess Start(IEnumerable<string> command, string log, string? owners) =>
        new(Process.Start(new ProcessStartInfo("bash", ["-c", Watchdog, "busker-postgres", log, owners ?? "", .. command])
        {
            WorkingDirectory = "/", RedirectStandardInput = true, Environment = { ["TZ"] = "UTC" },
        })!);

    public Task ExitedAsync(CancellationToken ct) => _watchdog.WaitForExitAsync(ct);

    /// <summary>Lets go of the pipe: the watchdog asks the server for a fast, clean shutdown.</summary>
    public async Task StopAsync()
    {
        _watchdog.StandardInput.Close();
        await _watchdog.WaitForExitAsync();
    }

    public void Dispose() => _watchdog.Dispose();
}
