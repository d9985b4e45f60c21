using Busker.Entitlements.Caps;
using Busker.Kernel;
using Busker.Storage;
using Npgsql;
using NpgsqlTypes;

namespace Busker.Entitlements;

/// <summary>The only file that writes entitlements.counter, a list at a time.</summary>
internal static class CounterTable
{
    public const string Columns = "feature, window_rule, started_at, ends_at, used, marks";

    /// <summary>Writes counters whose listeners are locked, in one statement.</summary>
    public static async Task SaveAsync(Tx tx, IReadOnlyList<(Guid Scope, string Listener, Counter Counter)> rows, CancellationToken ct)
    {
        if (rows.Count == 0) return;
        var (scopes, listeners, features, windows) = (new Guid[rows.Count], new string[rows.Count], new string[rows.Count], new string[rows.Count]);
        var (starts, ends, used, marks) = (new DateTimeOffset[rows.Count], new DateTimeOffset[rows.Count], new long[rows.Count], new byte[]?[rows.Count]);
        for (var i = 0; i < rows.Count; i++)
        {
            var counter = rows[i].Counter;
            (scopes[i], listeners[i], features[i], windows[i]) = (rows[i].Scope, rows[i].Listener, counter.Feature, counter.Window);
            (starts[i], ends[i], used[i]) = (counter.Span.Start, counter.Span.End, counter.Used);
            marks[i] = counter.Marks.Count == 0 ? null : counter.Marks.ToArray();
        }

        await using var command = tx.Command(
            $"""
            insert into entitlements.counter (tenant_id, listener_id, {Columns})
            select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::bigint[], $8::bytea[])
            on conflict (tenant_id, listener_id, feature, window_rule) do update
            set started_at = excluded.started_at, ends_at = excluded.ends_at, used = excluded.used, marks = excluded.marks
            """, scopes, listeners, features, windows, starts, ends, used);
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea, Value = marks });
        await command.ExecuteNonQueryAsync(ct);
    }

    internal static Counter Read(NpgsqlDataReader r, int at) => new(
        r.GetString(at), r.GetString(at + 1),
        new Period(r.GetFieldValue<DateTimeOffset>(at + 2), r.GetFieldValue<DateTimeOffset>(at + 3)), r.GetInt64(at + 4),
        r.IsDBNull(at + 5) ? default : new Marks(r.GetFieldValue<byte[]>(at + 5)));
}
