namespace Busker.Storage;

/// <summary>The only file that writes storage.cursor and storage.parked: how far each consumer came, what it left aside.</summary>
internal static class CursorTable
{
    internal readonly record struct Parked(long Position, Guid Scope, string Key);

    public static Task CreateAsync(Tx tx, string consumer, CancellationToken ct) => tx.ExecuteAsync(
        "insert into storage.cursor (consumer) values ($1) on conflict do nothing", [consumer], ct);

    /// <returns>The position, with the turn to go on from there; null when another host has the turn.</returns>
    public static Task<long?> TakeTurnAsync(Tx tx, string consumer, CancellationToken ct) => tx.OneAsync(
        "select position from storage.cursor where consumer = $1 for no key update skip locked",
        [consumer], r => (long?)r.GetInt64(0), ct);

    /// <summary>As <see cref="TakeTurnAsync"/>, but waits for it.</summary>
    public static Task AwaitTurnAsync(Tx tx, string consumer, CancellationToken ct) => tx.ExecuteAsync(
        "select from storage.cursor where consumer = $1 for no key update", [consumer], ct);

    public static Task MoveAsync(Tx tx, string consumer, long position, CancellationToken ct) => tx.ExecuteAsync(
        "update storage.cursor set position = $2, updated_at = $3 where consumer = $1", [consumer, position, tx.Now], ct);

    /// <returns>Whether there may be something to do. Only reads, so an idle host writes nothing.</returns>
    public static Task<bool> BehindAsync(Tx tx, string consumer, CancellationToken ct) => tx.OneAsync(
        """
        select coalesce((select max(position) from storage.outbox), 0)
            > coalesce((select position from storage.cursor where consumer = $1), 0)
        """, [consumer], r => r.GetBoolean(0), ct);

    /// <returns>Positions between the consumer and the end of the log.</returns>
    public static Task<long> LagAsync(Tx tx, string consumer, CancellationToken ct) => tx.OneAsync(
        """
        select greatest(0, coalesce((select max(position) from storage.outbox), 0) - position)
        from storage.cursor where consumer = $1
        """, [consumer], r => r.GetInt64(0), ct);

    /// <returns>The keys whose facts wait behind a parked one.</returns>
    public static async Task<HashSet<(Guid, string)>> ParkedKeysAsync(Tx tx, string consumer, CancellationToken ct) =>
        [.. await tx.QueryAsync("select distinct tenant_id, key from storage.parked where consumer = $1", [consumer],
            r => (r.GetGuid(0), r.GetString(1)), ct)];

    public static Task ParkAsync(Tx tx, string consumer, IReadOnlyList<Fact> facts, int attempts, string error, CancellationToken ct) =>
        tx.ExecuteAsync(
            """
            insert into storage.parked (consumer, position, tenant_id, key, attempts, error, parked_at)
            select $1, position, tenant_id, key, $5, $6, $7
            from unnest($2::bigint[], $3::uuid[], $4::text[]) as f (position, tenant_id, key)
            """,
            [
                consumer, facts.Select(f => f.Position).ToArray(), facts.Select(f => f.Scope).ToArray(),
                facts.Select(f => f.Key).ToArray(), attempts, error, tx.Now,
            ], ct);

    public static Task UnparkAsync(Tx tx, string consumer, Guid scope, string key, CancellationToken ct) => tx.ExecuteAsync(
        "delete from storage.parked where consumer = $1 and tenant_id = $2 and key = $3", [consumer, scope, key], ct);
}
