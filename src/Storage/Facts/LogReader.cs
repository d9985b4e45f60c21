using Npgsql;

namespace Busker.Storage;

/// <summary>Reads the log after a position, never past a fact that may yet appear.</summary>
/// <param name="db">Where transaction ids are drawn.</param>
/// <param name="kinds">The kinds whose facts are wanted; empty means all. The others only move the position on.</param>
internal sealed class LogReader(Db db, IReadOnlyList<string> kinds)
{
    private readonly LogHorizon _horizon = new();
    private readonly string[] _kinds = [.. kinds];

    /// <param name="Facts">The wanted ones among the final facts read, in order.</param>
    /// <param name="Position">The last position that is final; the cursor's next value.</param>
    /// <param name="BlockedUpTo">
    /// Not null: the rest, up to here, waits for transactions under way. Call <see cref="NoteAsync"/>, look again soon.
    /// </param>
    internal sealed record Page(IReadOnlyList<Fact> Facts, long Position, long? BlockedUpTo)
    {
        public bool Blocked => BlockedUpTo is not null;
    }

    private readonly record struct Seen(long Position, ulong Oldest, Fact? Fact);

    public async Task<Page> ReadAsync(Tx tx, long cursor, int most, CancellationToken ct)
    {
        var seen = await tx.QueryAsync(
            """
            select position, pg_snapshot_xmin(pg_current_snapshot()), cardinality($3::text[]) = 0 or kind = any ($3),
                   tenant_id, key, kind, at, trace, case when cardinality($3) = 0 or kind = any ($3) then body end
            from storage.outbox where position > $1 order by position limit $2
            """, [cursor, most, _kinds], Row, ct);
        if (seen.Count == 0) return new([], cursor, null);

        var final = _horizon.Final(cursor, seen.ConvertAll(s => s.Position), seen[0].Oldest);
        var facts = seen.Take(final).Where(s => s.Fact is not null).Select(s => s.Fact!).ToList();
        return new(facts, final == 0 ? cursor : seen[final - 1].Position, final < seen.Count ? seen[^1].Position : null);
    }

    /// <summary>Draws a transaction id now, by a transaction of its own: any drawn before is smaller.</summary>
    public async Task NoteAsync(Page page, CancellationToken ct)
    {
        if (page.BlockedUpTo is not { } upTo || !_horizon.Asks(page.Position + 1)) return;
        _horizon.Note(upTo, await db.InTransactionAsync((tx, token) =>
            tx.OneAsync("select pg_current_xact_id()", [], r => r.GetFieldValue<ulong>(0), token), ct));
    }

    private static Seen Row(NpgsqlDataReader r) => new(r.GetInt64(0), r.GetFieldValue<ulong>(1), !r.GetBoolean(2)
        ? null
        : new Fact(r.GetInt64(0), r.GetGuid(3), r.GetString(4), r.GetString(5), r.GetFieldValue<DateTimeOffset>(6),
            r.IsDBNull(7) ? null : r.GetString(7), r.GetFieldValue<byte[]>(8)));
}
