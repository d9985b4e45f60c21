using Busker.Entitlements.Caps;
using Busker.Storage;
using Npgsql;

namespace Busker.Entitlements;

/// <summary>The only file that writes entitlements.assignment.</summary>
internal static class AssignmentTable
{
    internal const string Columns = "plan, add_ons, market, time_zone, billing_anchor_at, clock_since, effective_at";

    /// <summary>Appends; what was scheduled at or after its moment is superseded. The listener's lock is held.</summary>
    public static async Task AppendAsync(Tx tx, Guid scope, string listener, Assignment assignment, CancellationToken ct)
    {
        await tx.ExecuteAsync(
            """
            update entitlements.assignment set superseded_at = $4
            where tenant_id = $1 and listener_id = $2 and effective_at >= $3 and superseded_at is null
            """, [scope, listener, assignment.Effective, tx.Now], ct);
        await tx.ExecuteAsync(
            $"""
            insert into entitlements.assignment (tenant_id, listener_id, assignment_id, created_at, {Columns})
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            """,
            [scope, listener, Guid.CreateVersion7(tx.Now), tx.Now, assignment.Plan, assignment.AddOns, assignment.Market,
                assignment.Clock.Zone, assignment.Clock.Anchor, assignment.Clock.Since, assignment.Effective], ct);
    }

    /// <summary>The one in force at a moment, and those that follow it, soonest first; empty for an unknown listener.</summary>
    public static Task<List<Assignment>> FromAsync(Tx tx, Guid scope, string listener, DateTimeOffset at, CancellationToken ct) =>
        tx.QueryAsync(
            $"""
            select {Columns} from entitlements.assignment
            where tenant_id = $1 and listener_id = $2 and superseded_at is null and effective_at >= coalesce((
                select max(effective_at) from entitlements.assignment
                where tenant_id = $1 and listener_id = $2 and superseded_at is null and effective_at <= $3), '-infinity')
            order by effective_at
            """, [scope, listener, at], r => Read(r, 0), ct);

    /// <summary>The ones in force at a moment, of several listeners.</summary>
    public static Task<List<(string Listener, Assignment Assignment)>> AtAsync(
        Tx tx, Guid scope, string[] listeners, DateTimeOffset at, CancellationToken ct) => tx.QueryAsync(
        $"""
        select distinct on (listener_id) {Columns}, listener_id from entitlements.assignment
        where tenant_id = $1 and listener_id = any($2) and superseded_at is null and effective_at <= $3
        order by listener_id, effective_at desc
        """, [scope, listeners, at], r => (r.GetString(7), Read(r, 0)), ct);

    internal static Assignment Read(NpgsqlDataReader r, int at) => new(
        r.GetString(at), r.GetFieldValue<string[]>(at + 1), r.GetString(at + 2),
        new ListenerClock(r.GetString(at + 3), r.GetFieldValue<DateTimeOffset>(at + 4), r.GetFieldValue<DateTimeOffset>(at + 5)),
        r.GetFieldValue<DateTimeOffset>(at + 6));
}
