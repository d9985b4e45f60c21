using System.Diagnostics;
using Google.Protobuf;
using Npgsql;
using NpgsqlTypes;

namespace Busker.Storage;

/// <summary>A fact about to be told.</summary>
/// <param name="Scope">The tenant's live or test scope.</param>
/// <param name="Key">What it is about (<c>cap:lst_01…</c>); facts of one scope and key are read in the order appended.</param>
/// <param name="Body">A message from a room's <c>events.proto</c>.</param>
public readonly record struct NewFact(Guid Scope, string Key, IMessage Body);

/// <summary>
/// Facts other rooms may learn of, appended in the transaction of the state they describe: both or neither.
/// Order per key holds because a writer appends while it holds the lock of the row that the key names.
/// </summary>
public static class Outbox
{
    /// <summary>How long facts are kept after everyone has read them.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    private const string Append = """
        insert into storage.outbox (tenant_id, key, kind, at, trace, body)
        select tenant_id, key, kind, $4, $5, body
        from unnest($1::uuid[], $2::text[], $3::text[], $6::bytea[]) with ordinality as f (tenant_id, key, kind, body, n)
        order by n
        """;

    public static Task AppendAsync(Tx tx, Guid scope, string key, IMessage fact, CancellationToken ct) =>
        AppendAsync(tx, [new NewFact(scope, key, fact)], ct);

    /// <summary>Appends in the order given, in one statement.</summary>
    public static Task AppendAsync(Tx tx, IReadOnlyList<NewFact> facts, CancellationToken ct) =>
        facts.Count == 0 ? Task.CompletedTask : tx.ExecuteAsync(Append, Columns(tx, facts), ct);

    /// <summary>As <see cref="AppendAsync(Tx, IReadOnlyList{NewFact}, CancellationToken)"/>, with the next round trip.</summary>
    public static void Queue(Tx tx, IReadOnlyList<NewFact> facts)
    {
        if (facts.Count > 0) tx.Queue(Append, Columns(tx, facts));
    }

    private static object?[] Columns(Tx tx, IReadOnlyList<NewFact> facts)
    {
        var (scopes, keys, kinds, bodies) =
            (new Guid[facts.Count], new string[facts.Count], new string[facts.Count], new byte[facts.Count][]);
        for (var i = 0; i < facts.Count; i++)
        {
            (scopes[i], keys[i]) = (facts[i].Scope, facts[i].Key);
            (kinds[i], bodies[i]) = (facts[i].Body.Descriptor.FullName, facts[i].Body.ToByteArray());
        }

        tx.HasFacts = true;
        return [scopes, keys, kinds, tx.Now, new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)Trace() ?? DBNull.Value }, bodies];
    }

    /// <summary>Hands on every fact of a scope that is visible, in order. To follow a log, use <see cref="OutboxTail"/>.</summary>
    public static Task EachAsync(Tx tx, Guid scope, Action<Fact> each, CancellationToken ct) => tx.EachAsync(
        "select position, tenant_id, key, kind, at, trace, body from storage.outbox where tenant_id = $1 order by position", [scope],
        r => each(new Fact(r.GetInt64(0), r.GetGuid(1), r.GetString(2), r.GetString(3), r.GetFieldValue<DateTimeOffset>(4),
            r.IsDBNull(5) ? null : r.GetString(5), r.GetFieldValue<byte[]>(6))), ct);

    /// <summary>Forgets facts that are older than <see cref="Kept"/>, read by every consumer, and parked by none.</summary>
    /// <returns>How many were forgotten; ask again while it is <paramref name="most"/>.</returns>
    public static Task<int> ExpireAsync(Tx tx, int most, CancellationToken ct) => tx.ExecuteAsync(
        """
        delete from storage.outbox where position in (
            select position from storage.outbox o
            where position <= (select coalesce(min(position), 0) from storage.cursor) and at < $1
              and not exists (select from storage.parked p where p.position = o.position)
            order by position limit $2)
        """, [tx.Now - Kept, most], ct);

    private static string? Trace() => Activity.Current is { Recorded: true, Id: { } id } ? id : null;
}
