using System.Reflection;

namespace Busker.Storage;

/// <summary>Applies each room's embedded <c>Sql/NNNN_name.sql</c> once, in order. Forward only.</summary>
public static class Migrator
{
    private const string Bootstrap = """
        create schema if not exists storage;
        create table if not exists storage.migration (name text primary key, at timestamptz not null default now());
        create table if not exists storage.outbox (
            sequence bigint generated always as identity primary key,
            kind text not null, body bytea not null, at timestamptz not null default now());
        """;

    public static Task<int> ApplyAsync(Db db, IReadOnlyList<Assembly> rooms, CancellationToken ct) =>
        db.InTransactionAsync(async (tx, token) =>
        {
            await using (var bootstrap = tx.Command(Bootstrap)) await bootstrap.ExecuteNonQueryAsync(token);
            var applied = 0;
            foreach (var (room, name) in rooms.SelectMany(Scripts))
            {
                await using var claim = tx.Command(
                    "insert into storage.migration (name) values ($1) on conflict do nothing", name);
                if (await claim.ExecuteNonQueryAsync(token) == 0) continue;
                using var reader = new StreamReader(room.GetManifestResourceStream(name)!);
                await using var script = tx.Command(await reader.ReadToEndAsync(token));
                await script.ExecuteNonQueryAsync(token);
                applied++;
            }

            return applied;
        }, ct);

    private static IEnumerable<(Assembly Room, string Name)> Scripts(Assembly room) =>
        room.GetManifestResourceNames().Where(n => n.EndsWith(".sql", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).Select(n => (room, n));
}
