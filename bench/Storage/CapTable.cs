using Busker.Common.V1;
using Busker.Kernel;

namespace Busker.Storage.Bench;

internal sealed record Cap(string Name, long Used, long Most);

internal sealed record Consume(string Name, long By);

/// <summary>A durable conditional update: use so much of a cap, unless it would be exceeded.</summary>
internal static class CapTable
{
    public static readonly Guid Scope = new("0190a5c0-0000-7000-8000-000000000001");

    public static async Task<IReadOnlyDictionary<string, Cap>> LockAsync(Tx tx, IReadOnlyList<string> names, CancellationToken ct)
    {
        var rows = await tx.QueryAsync(
            """
            select c.name, c.used, c.most from unnest($2::text[]) with ordinality as k (name, n)
            join bench.cap c on c.tenant_id = $1 and c.name = k.name order by n for no key update of c
            """, [Scope, names.ToArray()], r => new Cap(r.GetString(0), r.GetInt64(1), r.GetInt64(2)), ct);
        return rows.ToDictionary(c => c.Name);
    }

    public static Decision<Cap, Common.V1.Money> Decide(Consume ask, Cap? cap, DateTimeOffset now)
    {
        if (cap is null || cap.Used + ask.By > cap.Most) return new(null, new Fault(Code.FailedPrecondition, "CAPPED", "Enough."));
        return new(cap with { Used = cap.Used + ask.By }, new Common.V1.Money { AmountMinor = cap.Most - cap.Used - ask.By });
    }

    public static Task SaveAsync(Tx tx, IReadOnlyList<Cap> rows, CancellationToken ct)
    {
        tx.Queue(
        """
        update bench.cap c set used = k.used from unnest($2::text[], $3::bigint[]) as k (name, used)
        where c.tenant_id = $1 and c.name = k.name
        """, Scope, rows.Select(r => r.Name).ToArray(), rows.Select(r => r.Used).ToArray());
        return Task.CompletedTask;
    }

    public static Task FillAsync(Tx tx, int caps, CancellationToken ct) => tx.ExecuteAsync(
        "insert into bench.cap select $1, 'cap' || n, 0, 1000000000 from generate_series(1, $2::int) n", [Scope, caps], ct);
}
