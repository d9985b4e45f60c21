using Npgsql;

namespace Busker.Storage;

/// <summary>A fact that a consumer could not digest, or one that waits behind it (<paramref name="Attempts"/> = 0).</summary>
public sealed record ParkedFact(string Consumer, long Position, Guid Scope, string Key, string Kind, int Attempts, string Error, DateTimeOffset At);

/// <summary>
/// Runs a host's subscriptions. Of all hosts, one at a time serves a subscription; when it dies the next one goes on
/// from the committed cursor.
/// </summary>
public sealed class Subscriptions(Db db, IReadOnlyList<Subscription> subscriptions)
{
    /// <summary>Serves until cancelled; a batch under way is then rolled back.</summary>
    public Task RunAsync(CancellationToken ct)
    {
        db.Signal.Hear();
        return Task.WhenAll(subscriptions.Select(s => new Consumer(db, s).RunAsync(ct)));
    }

    /// <summary>Serves until every subscription is at the end of the log and nothing is left to wait for.</summary>
    public async Task CatchUpAsync(CancellationToken ct)
    {
        foreach (var subscription in subscriptions) await new Consumer(db, subscription).CatchUpAsync(ct);
    }

    /// <summary>What was parked, oldest first.</summary>
    public static Task<List<ParkedFact>> ParkedAsync(Tx tx, string consumer, long after, int most, CancellationToken ct) => tx.QueryAsync(
        """
        select p.consumer, p.position, p.tenant_id, p.key, o.kind, p.attempts, p.error, p.parked_at
        from storage.parked p join storage.outbox o on o.position = p.position
        where p.consumer = $1 and p.position > $2 order by p.position limit $3
        """, [consumer, after, most], Row, ct);

    /// <summary>Handles the parked facts of one key again, in order, all or none; then the key flows again.</summary>
    /// <returns>How many were handled.</returns>
    public Task<int> RerunAsync(string consumer, Guid scope, string key, CancellationToken ct) =>
        db.InTransactionAsync(async (tx, token) =>
        {
            var subscription = subscriptions.Single(s => s.Name == consumer);
            await CursorTable.AwaitTurnAsync(tx, consumer, token);
            var facts = await tx.QueryAsync(
                """
                select o.position, o.tenant_id, o.key, o.kind, o.at, o.trace, o.body
                from storage.parked p join storage.outbox o on o.position = p.position
                where p.consumer = $1 and p.tenant_id = $2 and p.key = $3 order by p.position
                """, [consumer, scope, key], Parked, token);
            if (facts.Count > 0) await subscription.HandleAsync(tx, facts, token);
            await CursorTable.UnparkAsync(tx, consumer, scope, key, token);
            return facts.Count;
        }, ct);

    private static ParkedFact Row(NpgsqlDataReader r) => new(
        r.GetString(0), r.GetInt64(1), r.GetGuid(2), r.GetString(3), r.GetString(4), r.GetInt32(5), r.GetString(6),
        r.GetFieldValue<DateTimeOffset>(7));

    private static Fact Parked(NpgsqlDataReader r) => new(
        r.GetInt64(0), r.GetGuid(1), r.GetString(2), r.GetString(3), r.GetFieldValue<DateTimeOffset>(4),
        r.IsDBNull(5) ? null : r.GetString(5), r.GetFieldValue<byte[]>(6));
}
