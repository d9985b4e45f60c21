using System.Globalization;

namespace Busker.Storage;

/// <summary>Settings for the machine at hand. Durability is never traded: fsync, full_page_writes and synchronous_commit stay on.</summary>
internal static class PostgresTuning
{
    private const long Mib = 1024 * 1024;

    /// <param name="memory">Bytes this process may use (a container's limit counts).</param>
    public static Dictionary<string, string> For(long memory, int cores)
    {
        var shared = Math.Clamp(memory / 4, 128 * Mib, 4096 * Mib);
        return new Dictionary<string, string>
        {
            ["shared_buffers"] = Megabytes(shared),
            ["effective_cache_size"] = Megabytes(Math.Max(memory / 2, 256 * Mib)),
            ["maintenance_work_mem"] = Megabytes(Math.Clamp(memory / 32, 32 * Mib, 1024 * Mib)),
            ["work_mem"] = Megabytes(Math.Clamp(memory / 512, 4 * Mib, 64 * Mib)),
            ["wal_buffers"] = "32MB",
            ["max_wal_size"] = "4GB",
            ["min_wal_size"] = "256MB",
            ["checkpoint_timeout"] = "15min",
            ["checkpoint_completion_target"] = "0.9",
            ["max_connections"] = "200",
            ["max_worker_processes"] = Math.Max(8, cores).ToString(CultureInfo.InvariantCulture),
            ["max_parallel_workers"] = cores.ToString(CultureInfo.InvariantCulture),
            ["random_page_cost"] = "1.1",
            ["jit"] = "off", // short statements: compiling them costs more than running them
            ["autovacuum_naptime"] = "10s", // hot counters are updated in place thousands of times a second
            ["autovacuum_vacuum_cost_limit"] = "2000",
            ["autovacuum_analyze_threshold"] = "200",
        };
    }

    private static string Megabytes(long bytes) => (bytes / Mib).ToString(CultureInfo.InvariantCulture) + "MB";
}
