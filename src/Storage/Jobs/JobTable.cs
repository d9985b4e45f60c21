using Npgsql;
using NpgsqlTypes;

namespace Busker.Storage;

/// <summary>The only file that writes storage.job. While a job runs, its due time is when its lease ends.</summary>
internal static class JobTable
{
    internal readonly record struct Row(Guid Id, Guid Scope, string Kind, string? UniqueKey, string Arguments, DateTimeOffset Due, TimeSpan? Every);

    public static async Task<int> InsertAsync(Tx tx, IReadOnlyList<Row> jobs, CancellationToken ct)
    {
        await using var command = tx.Command(
            """
            insert into storage.job (job_id, tenant_id, kind, unique_key, arguments, due_at, every_ms, created_at)
            select job_id, tenant_id, kind, unique_key, arguments::jsonb, due_at, every_ms, $7
            from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $8::bigint[])
                as j (job_id, tenant_id, kind, unique_key, arguments, due_at, every_ms)
            on conflict (kind, tenant_id, unique_key) where unique_key is not null do update
                set state = 0, attempts = 0, lease = null, error = null, due_at = excluded.due_at, arguments = excluded.arguments
                where storage.job.state = 1
            """,
            jobs.Select(j => j.Id).ToArray(), jobs.Select(j => j.Scope).ToArray(), jobs.Select(j => j.Kind).ToArray());
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text, Value = jobs.Select(j => j.UniqueKey).ToArray() });
        command.Parameters.Add(new() { Value = jobs.Select(j => j.Arguments).ToArray() });
        command.Parameters.Add(new() { Value = jobs.Select(j => j.Due).ToArray() });
        command.Parameters.Add(new() { Value = tx.Now });
        command.Parameters.Add(new()
        {
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint,
            Value = jobs.Select(j => (long?)j.Every?.TotalMilliseconds).ToArray(),
        });
        return await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Takes the job that is due longest, of those no other worker is taking.</summary>
    public static Task<JobRun?> ClaimAsync(Tx tx, string[] kinds, long[] leasesMs, Guid lease, CancellationToken ct) => tx.OneAsync(
        """
        update storage.job j set lease = $4, attempts = attempts + 1,
            due_at = $1 + (select ms from unnest($2::text[], $3::bigint[]) as k (kind, ms) where k.kind = j.kind) * interval '1 ms'
        from (select job_id, due_at from storage.job where state = 0 and due_at <= $1 and kind = any ($2)
              order by due_at limit 1 for no key update skip locked) due
        where j.job_id = due.job_id
        returning j.job_id, j.tenant_id, j.kind, j.arguments::text, j.attempts, due.due_at, j.lease
        """, [tx.Now, kinds, leasesMs, lease], Run, ct);

    /// <returns>False when the lease is another's.</returns>
    public static async Task<bool> RenewAsync(Tx tx, Guid id, Guid lease, TimeSpan length, CancellationToken ct) =>
        await tx.ExecuteAsync("update storage.job set due_at = $3 where job_id = $1 and lease = $2", [id, lease, tx.Now + length], ct) == 1;

    /// <summary>Deletes a job that is done; a recurring one becomes due again, at the first future beat.</summary>
    public static async Task<bool> FinishAsync(Tx tx, Guid id, Guid lease, CancellationToken ct) =>
        await tx.ExecuteAsync("delete from storage.job where job_id = $1 and lease = $2 and every_ms is null", [id, lease], ct) == 1
        || await tx.ExecuteAsync(
            """
            update storage.job set lease = null, attempts = 0, error = null, due_at = $3 + every_ms * interval '1 ms'
            where job_id = $1 and lease = $2 and every_ms is not null
            """, [id, lease, tx.Now], ct) == 1;

    /// <summary>Gives a job back: due later, or dead when <paramref name="due"/> is null.</summary>
    public static async Task<bool> FailAsync(
        Tx tx, Guid id, Guid lease, DateTimeOffset? due, int attemptsBack, string? error, CancellationToken ct)
    {
        await using var command = tx.Command(
            """
            update storage.job set lease = null, state = case when $3 then 1 else 0 end, due_at = $4, attempts = attempts - $5,
                error = coalesce($6, error)
            where job_id = $1 and lease = $2
            """, id, lease, due is null, due ?? tx.Now, attemptsBack);
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)error ?? DBNull.Value });
        return await command.ExecuteNonQueryAsync(ct) == 1;
    }

    public static Task<List<DeadJob>> DeadAsync(Tx tx, Guid? scope, Guid above, int most, CancellationToken ct) => scope is { } one
        ? tx.QueryAsync($"select {DeadColumns} where tenant_id = $1 and state = 1 and job_id > $2 order by job_id limit $3", [one, above, most], Dead, ct)
        : tx.QueryAsync($"select {DeadColumns} where state = 1 and job_id > $1 order by job_id limit $2", [above, most], Dead, ct);

    /// <summary>The dead job, held until the end of the transaction; null when there is none in the scope.</summary>
    public static Task<DeadJob?> LockDeadAsync(Tx tx, Guid? scope, Guid id, CancellationToken ct) => scope is { } one
        ? tx.OneAsync($"select {DeadColumns} where job_id = $1 and tenant_id = $2 and state = 1 for update", [id, one], Dead, ct)
        : tx.OneAsync($"select {DeadColumns} where job_id = $1 and state = 1 for update", [id], Dead, ct);

    public static Task<int> ReviveAsync(Tx tx, Guid id, CancellationToken ct) => tx.ExecuteAsync(
        "update storage.job set state = 0, attempts = 0, due_at = $2 where job_id = $1 and state = 1", [id, tx.Now], ct);

    public static Task<int> DropAsync(Tx tx, Guid id, CancellationToken ct) =>
        tx.ExecuteAsync("delete from storage.job where job_id = $1 and state = 1", [id], ct);

    private const string DeadColumns =
        "job_id, tenant_id, kind, unique_key, arguments::text, attempts, coalesce(error, ''), due_at from storage.job";

    private static JobRun? Run(NpgsqlDataReader r) => new()
    {
        Id = r.GetGuid(0), Scope = r.GetGuid(1), Kind = r.GetString(2), Json = r.GetString(3), Attempt = r.GetInt32(4),
        Due = r.GetFieldValue<DateTimeOffset>(5), Lease = r.GetGuid(6),
    };

    private static DeadJob Dead(NpgsqlDataReader r) => new(
        r.GetGuid(0), r.GetGuid(1), r.GetString(2), r.IsDBNull(3) ? null : r.GetString(3), r.GetString(4), r.GetInt32(5),
        r.GetString(6), r.GetFieldValue<DateTimeOffset>(7));
}
