namespace Busker.Storage;

/// <summary>
/// Remembers which facts a listener has made its effect of, for effects in another transaction than the cursor's (a job,
/// a batch of its own, another database's writer). At-least-once delivery with an inbox is an effect once.
/// </summary>
public static class Inbox
{
    /// <summary>Call first, in the transaction of the effect.</summary>
    /// <returns>True the first time: go on. False: the effect is there already.</returns>
    public static async Task<bool> EnterAsync(Tx tx, string consumer, Fact fact, CancellationToken ct) =>
        (await EnterAsync(tx, consumer, [fact], ct)).Count == 1;

    /// <summary>As above for a set.</summary>
    /// <returns>The facts that are new, in the order given.</returns>
    public static async Task<IReadOnlyList<Fact>> EnterAsync(
        Tx tx, string consumer, IReadOnlyList<Fact> facts, CancellationToken ct)
    {
        var entered = await tx.QueryAsync(
            """
            insert into storage.inbox (consumer, position, at)
            select $1, position, $3 from unnest($2::bigint[]) as f (position) order by position
            on conflict do nothing returning position
            """, [consumer, facts.Select(f => f.Position).ToArray(), tx.Now], r => r.GetInt64(0), ct);
        var fresh = entered.ToHashSet();
        return facts.Where(f => fresh.Contains(f.Position)).ToList();
    }

    /// <summary>Forgets entries below every cursor and older than the log is kept: their facts cannot come again.</summary>
    public static Task<int> ExpireAsync(Tx tx, int most, CancellationToken ct) => tx.ExecuteAsync(
        """
        delete from storage.inbox where (consumer, position) in (
            select consumer, position from storage.inbox
            where at < $1 and position <= (select coalesce(min(position), 0) from storage.cursor) limit $2)
        """, [tx.Now - Outbox.Kept, most], ct);
}
