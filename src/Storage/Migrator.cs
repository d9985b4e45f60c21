using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Busker.Storage;

/// <summary>The database and the scripts of this version do not fit together; the message says which and what to do.</summary>
public sealed class MigrationException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>
/// Applies each room's embedded <c>Sql/NNNN_name.sql</c> once, in order, each in its own transaction. Forward only.
/// Any number of hosts may start at once: one applies, the others wait and find nothing to do.
/// </summary>
public static class Migrator
{
    private const long LockKey = 0x6275736b65720001; // "busker", 1

    private const string Bootstrap = """
        create schema if not exists storage;
        create table if not exists storage.migration (
            room text not null, name text not null, checksum text not null, at timestamptz not null,
            primary key (room, name))
        """;

    internal sealed record Script(string Room, string Name, string Text)
    {
        public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text)));
        public override string ToString() => $"{Room}/{Name}";
    }

    /// <param name="db">The database to bring up to date.</param>
    /// <param name="rooms">Assemblies with embedded <c>Room/NNNN_name.sql</c>; Storage's own goes first, unasked.</param>
    /// <param name="ct">Cancels between scripts; a script is applied whole or not at all.</param>
    /// <returns>The scripts applied now, as <c>Room/NNNN_name.sql</c>; empty when all were there.</returns>
    /// <exception cref="MigrationException">A script was changed, is missing, out of order or fails.</exception>
    /// <exception cref="DatabaseUnavailableException">The database is away.</exception>
    public static Task<IReadOnlyList<string>> ApplyAsync(Db db, IReadOnlyList<Assembly> rooms, CancellationToken ct) =>
        ApplyAsync(db, rooms.Prepend(typeof(Migrator).Assembly).Distinct().SelectMany(Read).ToList(), ct);

    internal static async Task<IReadOnlyList<string>> ApplyAsync(Db db, List<Script> scripts, CancellationToken ct)
    {
        Order(scripts);
        try
        {
            await using var connection = await db.OpenWriterAsync(ct);
            await RunAsync(connection, $"select pg_advisory_lock({LockKey})", ct);
            try
            {
                return await ApplyAsync(connection, scripts, db.Clock, ct);
            }
            finally
            {
                if (connection.State == System.Data.ConnectionState.Open) // a lost session has no lock
                    await RunAsync(connection, $"select pg_advisory_unlock({LockKey})", CancellationToken.None);
            }
        }
        catch (NpgsqlException e) when (e.Trouble() is Trouble.Lost or Trouble.Refused)
        {
            throw DatabaseUnavailableException.Before(e);
        }
    }

    private static async Task<IReadOnlyList<string>> ApplyAsync(
        NpgsqlConnection connection, List<Script> scripts, TimeProvider clock, CancellationToken ct)
    {
        await RunAsync(connection, Bootstrap, ct);
        var applied = await AppliedAsync(connection, ct);
        Check(scripts, applied);
        var now = new List<string>();
        foreach (var script in scripts.Where(s => !applied.ContainsKey((s.Room, s.Name))))
        {
            await ApplyAsync(connection, script, clock, ct);
            now.Add(script.ToString());
        }

        return now;
    }

    private static async Task ApplyAsync(NpgsqlConnection connection, Script script, TimeProvider clock, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var tx = new Tx(connection, transaction, clock.GetUtcNow());
        try
        {
            await tx.ExecuteAsync(script.Text, [], ct);
        }
        catch (PostgresException e) when (e.Trouble() == Trouble.Other)
        {
            throw new MigrationException($"{script} fails, and was undone: {e.MessageText} ({e.SqlState}).", e);
        }

        await tx.ExecuteAsync("insert into storage.migration (room, name, checksum, at) values ($1, $2, $3, $4)",
            [script.Room, script.Name, script.Checksum, tx.Now], ct);
        await transaction.CommitAsync(ct);
    }

    private static async Task<Dictionary<(string Room, string Name), string>> AppliedAsync(
        NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select room, name, checksum from storage.migration", connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var applied = new Dictionary<(string, string), string>();
        while (await reader.ReadAsync(ct)) applied.Add((reader.GetString(0), reader.GetString(1)), reader.GetString(2));
        return applied;
    }

    /// <summary>Every applied script is here unchanged, and no new one stands before an applied one.</summary>
    private static void Check(List<Script> scripts, Dictionary<(string Room, string Name), string> applied)
    {
        var rooms = scripts.Select(s => s.Room).ToHashSet();
        var here = scripts.ToDictionary(s => (s.Room, s.Name));
        foreach (var (key, checksum) in applied.Where(a => rooms.Contains(a.Key.Room)).OrderBy(a => a.Key))
        {
            if (!here.TryGetValue(key, out var script))
                throw new MigrationException($"The database was migrated by {key.Room}/{key.Name}, which this version does " +
                    "not have: it is newer than this program. Start the newer version.");
            if (script.Checksum != checksum)
                throw new MigrationException($"{script} was changed after it was applied to this database. Restore it as " +
                    "it was, and put the change into a new script with the next number.");
        }

        foreach (var script in scripts.Where(s => !applied.ContainsKey((s.Room, s.Name))))
        {
            var last = applied.Keys.Where(a => a.Room == script.Room).Select(a => a.Name).Max(StringComparer.Ordinal);
            if (string.CompareOrdinal(last, script.Name) > 0)
                throw new MigrationException($"{script} is new but numbered before {last}, which is already applied. Give " +
                    "it the next number.");
        }
    }

    private static void Order(List<Script> scripts)
    {
        foreach (var script in scripts.Where(s => s.Name is not [>= '0' and <= '9', >= '0' and <= '9', >= '0' and <= '9', >= '0' and <= '9', '_', ..]))
            throw new MigrationException($"{script} is not named NNNN_name.sql.");
        var twice = scripts.GroupBy(s => (s.Room, s.Name[..4])).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null)
            throw new MigrationException($"Two scripts have one number: {string.Join(" and ", twice)}.");
    }

    private static IEnumerable<Script> Read(Assembly room) =>
        room.GetManifestResourceNames().Where(n => n.EndsWith(".sql", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).Select(n => Read(room, n));

    private static Script Read(Assembly room, string resource)
    {
        using var reader = new StreamReader(room.GetManifestResourceStream(resource)!);
        return resource.Split('/') is [var folder, var name]
            ? new Script(folder, name, reader.ReadToEnd().ReplaceLineEndings("\n"))
            : throw new MigrationException($"The embedded resource {resource} is not named Room/NNNN_name.sql.");
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(ct);
    }
}
