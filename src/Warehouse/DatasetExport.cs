using Busker.Kernel;
using Busker.Storage;

namespace Busker.Warehouse;

/// <summary>Where an export finds what it needs.</summary>
/// <param name="Engines">The directory of <c>engines/package.json</c>; null when nothing is installed.</param>
public sealed record WarehouseSettings(string? Engines)
{
    /// <summary>Files under way; null: the system's.</summary>
    public string? Scratch { get; init; }

    /// <summary>What one export may hold in memory; the rest waits on the disk.</summary>
    public long MemoryBytes { get; init; } = 512L << 20;
}

/// <summary>
/// Writes datasets as files: rows out of PostgreSQL in one snapshot, through DuckDB, as CSV or Parquet. One export at a time;
/// the others wait for their turn.
/// </summary>
public sealed class DatasetExport(Db db, WarehouseSettings settings) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>A finished file, gone when disposed.</summary>
    public sealed class Written(DirectoryInfo home, string path, long rows) : IDisposable
    {
        public string Path { get; } = path;
        public long Rows { get; } = rows;

        public void Dispose() => home.Delete(recursive: true);
    }

    /// <summary>Writes one dataset of one scope.</summary>
    /// <returns>The file; or WAREHOUSE_MISSING, or EXPORT_DISK_FULL.</returns>
    /// <exception cref="DatabaseUnavailableException">The database is away.</exception>
    public async Task<Result<Written>> WriteAsync(Dataset dataset, DatasetFormat format, Guid scope, CancellationToken ct)
    {
        if (DuckDbLibrary.Load(settings.Engines).Fault is { } missing) return missing;
        await _turn.WaitAsync(ct);
        var home = Home();
        try
        {
            var path = Path.Combine(home.FullName, dataset.Name);
            var rows = await db.ReadAsync((tx, token) => FillAsync(tx, dataset, format, scope, path, token), ct);
            return new Written(home, path, rows);
        }
        catch (DuckDbException e) when (e.Message.Contains("No space left", StringComparison.Ordinal))
        {
            home.Delete(recursive: true);
            return DiskFull(home);
        }
        catch
        {
            home.Delete(recursive: true);
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<long> FillAsync(Tx tx, Dataset dataset, DatasetFormat format, Guid scope, string path, CancellationToken ct)
    {
        using var duck = new DuckDb(path + ".spill", settings.MemoryBytes);
        duck.Run($"create table dataset ({string.Join(", ", dataset.Columns.Select(c => $"\"{c.Name}\" {Sql(c.Type)}"))})");
        long count;
        using (var appender = duck.Append("dataset"))
        {
            var rows = new RowWriter(dataset.Columns, appender);
            await dataset.FillAsync(tx, scope, rows, ct);
            appender.Finish();
            count = rows.Count;
        }

        var options = format == DatasetFormat.Csv ? "format csv, header" : "format parquet, compression zstd";
        duck.Run($"copy dataset to {DuckDb.Quoted(path)} ({options})");
        return count;
    }

    private DirectoryInfo Home() => settings.Scratch is { } scratch
        ? Directory.CreateDirectory(Path.Combine(scratch, $"export-{Guid.CreateVersion7():n}"))
        : Directory.CreateTempSubdirectory("busker-export-");

    private static string Sql(ColumnType type) => type switch
    {
        ColumnType.Text => "varchar",
        ColumnType.Whole => "bigint",
        ColumnType.Flag => "boolean",
        _ => "timestamptz",
    };

    private static Fault DiskFull(DirectoryInfo home) => new(Code.Unavailable, "EXPORT_DISK_FULL",
        $"The disk that holds {home.Parent} has no room for this export: free some space and ask again.");
}
