using Busker.Common.V1;
using Busker.Kernel;

namespace Busker.Storage.Tests;

internal sealed record Counter(string Name, long Used);

internal sealed record Count(string Name, long By, long Limit = long.MaxValue);

/// <summary>What a room writes to take part in a group commit: two statements and a pure decision.</summary>
internal static class CounterTable
{
    public static async Task<IReadOnlyDictionary<string, Counter>> LockAsync(Tx tx, IReadOnlyList<string> names, CancellationToken ct)
    {
        var keys = names.ToArray();
        await tx.ExecuteAsync(
            """
            insert into probe.counter select $1, name, 0 from unnest($2::text[]) as k (name)
            where not exists (select from probe.counter c where c.tenant_id = $1 and c.name = k.name)
            order by name collate "C" on conflict do nothing
            """, [Room.Scope, keys], ct);
        var rows = await tx.QueryAsync(
            """
            select c.name, c.used from unnest($2::text[]) with ordinality as k (name, n)
            join probe.counter c on c.tenant_id = $1 and c.name = k.name order by n for no key update of c
            """, [Room.Scope, keys], r => new Counter(r.GetString(0), r.GetInt64(1)), ct);
        return rows.ToDictionary(c => c.Name);
    }

    public static Decision<Counter, Common.V1.Money> Decide(Count ask, Counter? row, DateTimeOffset now)
    {
        if (ask.By == 13) throw new InvariantException("thirteen");
        var used = row?.Used ?? 0;
        if (used + ask.By > ask.Limit) return new(null, new Fault(Code.FailedPrecondition, "CAPPED", "Enough."));
        return new(new Counter(ask.Name, used + ask.By), Room.Says(used + ask.By),
            [new NewFact(Room.Scope, ask.Name, Room.Says(used + ask.By))]);
    }

    public static Task SaveAsync(Tx tx, IReadOnlyList<Counter> rows, CancellationToken ct)
    {
        tx.Queue(
            """
            update probe.counter c set used = k.used from unnest($2::text[], $3::bigint[]) as k (name, used)
            where c.tenant_id = $1 and c.name = k.name
            """, Room.Scope, rows.Select(r => r.Name).ToArray(), rows.Select(r => r.Used).ToArray());
        return Task.CompletedTask;
    }

    public static GroupCommit<Count, Common.V1.Money> Group(Db db, GroupLimits? limits = null) => new(
        db, GroupPlan.Of<Count, Common.V1.Money, string, Counter>("probe.count", c => c.Name, LockAsync, Decide, SaveAsync), limits);
}
