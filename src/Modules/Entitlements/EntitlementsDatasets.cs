using Busker.Storage;
using Busker.Warehouse;
using Npgsql;
using static Busker.Warehouse.ColumnType;

namespace Busker.Entitlements;

/// <summary>What the room gives away: who held what from when, and what was consumed.</summary>
internal static class EntitlementsDatasets
{
    private static readonly Column Listener = new("listener_id", Text, "Whose; the tenant's own id.");
    private static readonly Column Feature = new("feature", Text, "Key of the capped feature.");

    public static IReadOnlyList<Dataset> All =>
    [
        new("entitlements_assignments", "A plan that a listener held or holds from a moment on, by listener and moment.",
        [
            Listener,
            new("effective_at", Moment, "From when."),
            new("superseded_at", Moment, "When it was replaced before it came to hold; empty when it was not."),
            new("plan", Text, "Key of the base plan."),
            new("add_ons", Text, "Keys of add-ons, with spaces between; empty when there are none."),
            new("market", Text, "Code of the market."),
            new("time_zone", Text, "IANA name."),
            new("billing_anchor_at", Moment, "Where billing periods are counted from."),
        ], (tx, scope, rows, ct) => tx.EachAsync(
            """
            select listener_id, effective_at, superseded_at, plan, nullif(array_to_string(add_ons, ' '), ''), market, time_zone, billing_anchor_at
            from entitlements.assignment where tenant_id = $1 order by listener_id collate "C", effective_at, assignment_id
            """, [scope], r => rows.Text(r.GetString(0)).Moment(Time(r, 1)).Moment(Time(r, 2)).Text(r.GetString(3)).Text(Word(r, 4))
                .Text(r.GetString(5)).Text(r.GetString(6)).Moment(Time(r, 7)).End(), ct)),

        new("entitlements_consumption", "What a listener consumed of a cap in the newest window of one rule.",
        [
            Listener, Feature,
            new("window_rule", Text, "Kind, unit and length of the window: rh1 is one rolling hour, bM1 one billing month."),
            new("started_at", Moment, "When the window began."),
            new("ends_at", Moment, "When it ends."),
            new("used", Whole, "Consumed, in the feature's unit."),
        ], (tx, scope, rows, ct) => tx.EachAsync(
            """
            select listener_id, c ->> 'feature', c ->> 'window', timestamptz 'epoch' + (c ->> 'start_us')::bigint * interval '1 microsecond',
                   timestamptz 'epoch' + (c ->> 'end_us')::bigint * interval '1 microsecond', (c ->> 'used')::bigint
            from entitlements.listener cross join lateral json_array_elements(counts) as c
            where tenant_id = $1 order by listener_id collate "C", (c ->> 'feature') collate "C", (c ->> 'window') collate "C"
            """, [scope], r => rows.Text(r.GetString(0)).Text(r.GetString(1)).Text(r.GetString(2)).Moment(Time(r, 3)).Moment(Time(r, 4))
                .Whole(r.GetInt64(5)).End(), ct)),

        new("entitlements_allowances", "More of a cap than the plan gives, bought or a present.",
        [
            Listener,
            new("allowance", Text, "UUID of the allowance."),
            Feature,
            new("amount", Whole, "How much, in the feature's unit."),
            new("used", Whole, "How much of it was consumed."),
            new("promotional", Flag, "A present."),
            new("effective_at", Moment, "From when."),
            new("expires_at", Moment, "Until when; empty when it stays."),
        ], (tx, scope, rows, ct) => tx.EachAsync(
            """
            select listener_id, allowance_id::text, feature, amount, used, promotional, effective_at, expires_at
            from entitlements.allowance where tenant_id = $1 order by listener_id collate "C", allowance_id
            """, [scope], r => rows.Text(r.GetString(0)).Text(r.GetString(1)).Text(r.GetString(2)).Whole(r.GetInt64(3)).Whole(r.GetInt64(4))
                .Flag(r.GetBoolean(5)).Moment(Time(r, 6)).Moment(Time(r, 7)).End(), ct)),
    ];

    private static DateTimeOffset? Time(NpgsqlDataReader r, int at) => r.IsDBNull(at) ? null : r.GetFieldValue<DateTimeOffset>(at);

    private static string? Word(NpgsqlDataReader r, int at) => r.IsDBNull(at) ? null : r.GetString(at);
}
