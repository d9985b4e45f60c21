using Busker.Kernel;
using Npgsql;
using NpgsqlTypes;

namespace Busker.Storage;

/// <summary>One change that somebody made.</summary>
/// <param name="Subject">What was changed: a prefixed id (<c>key_01…</c>), or <c>kind:name</c>.</param>
/// <param name="Before">JSON; null when it was created. Never a secret, never personal data.</param>
/// <param name="After">JSON; null when it was deleted.</param>
public sealed record AuditEntry(
    Guid Id, DateTimeOffset At, Author Author, string Subject, string? Before, string? After);

/// <summary>What to look for; null means any. Times are half-open: from ≤ at &lt; to.</summary>
public sealed record AuditFilter(
    string? Subject = null, Guid? Principal = null, string? Method = null, string? RequestId = null,
    DateTimeOffset? From = null, DateTimeOffset? To = null);

/// <summary>Who changed what, kept for good, written in the transaction of the change: both or neither.</summary>
public static class Audit
{
    /// <summary>The longest page of a list, and one more that tells whether there is a next.</summary>
    public const int PageMax = PageSize.Max + 1;

    private const string Columns = "audit_id, at, tenant_id, principal, method, request_id, subject, before::text, after::text";

    public static Task AppendAsync(
        Tx tx, Author author, string subject, string? before, string? after, CancellationToken ct) =>
        AppendAsync(tx, [new AuditEntry(Guid.CreateVersion7(tx.Now), tx.Now, author, subject, before, after)], ct);

    /// <summary>Appends in one statement.</summary>
    public static Task AppendAsync(Tx tx, IReadOnlyList<AuditEntry> entries, CancellationToken ct) => tx.ExecuteAsync(
        """
        insert into storage.audit (audit_id, at, tenant_id, principal, method, request_id, subject, before, after)
        select id, at, tenant_id, principal, method, request_id, subject, before::jsonb, after::jsonb
        from unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])
            as e (id, at, tenant_id, principal, method, request_id, subject, before, after)
        """,
        [
            entries.Select(e => e.Id).ToArray(), entries.Select(e => e.At).ToArray(),
            entries.Select(e => e.Author.Scope).ToArray(), entries.Select(e => e.Author.Principal).ToArray(),
            entries.Select(e => e.Author.Method).ToArray(), entries.Select(e => e.Author.RequestId).ToArray(),
            entries.Select(e => e.Subject).ToArray(), entries.Select(e => e.Before).ToArray(),
            entries.Select(e => e.After).ToArray(),
        ], ct);

    /// <summary>Newest first.</summary>
    /// <param name="tx">Any transaction.</param>
    /// <param name="scope">The tenant's live or test scope; entries of another are never seen.</param>
    /// <param name="filter">What to look for.</param>
    /// <param name="before">The last id of the page before; null for the first page.</param>
    /// <param name="most">1 to <see cref="PageMax"/> entries.</param>
    /// <param name="ct">Cancels the search.</param>
    public static async Task<IReadOnlyList<AuditEntry>> SearchAsync(
        Tx tx, Guid scope, AuditFilter filter, Guid? before, int most, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(most, PageMax);
        await using var command = tx.Command(
            $"""
            select {Columns} from storage.audit
            where tenant_id = $1
              and ($3::uuid is null or audit_id < $3) and ($4::text is null or subject = $4)
              and ($5::uuid is null or principal = $5) and ($6::text is null or method = $6)
              and ($7::text is null or request_id = $7)
              and ($8::timestamptz is null or at >= $8) and ($9::timestamptz is null or at < $9)
            order by audit_id desc limit $2
            """, scope, most);
        Add(command, NpgsqlDbType.Uuid, before);
        Add(command, NpgsqlDbType.Text, filter.Subject);
        Add(command, NpgsqlDbType.Uuid, filter.Principal);
        Add(command, NpgsqlDbType.Text, filter.Method);
        Add(command, NpgsqlDbType.Text, filter.RequestId);
        Add(command, NpgsqlDbType.TimestampTz, filter.From);
        Add(command, NpgsqlDbType.TimestampTz, filter.To);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var entries = new List<AuditEntry>();
        while (await reader.ReadAsync(ct)) entries.Add(Entry(reader));
        return entries;
    }

    private static void Add(NpgsqlCommand command, NpgsqlDbType type, object? value) =>
        command.Parameters.Add(new() { NpgsqlDbType = type, Value = value ?? DBNull.Value });

    private static AuditEntry Entry(NpgsqlDataReader r) => new(
        r.GetGuid(0), r.GetFieldValue<DateTimeOffset>(1),
        new Author(r.GetGuid(2), r.GetGuid(3), r.GetString(4), r.GetString(5)),
        r.GetString(6), r.IsDBNull(7) ? null : r.GetString(7), r.IsDBNull(8) ? null : r.GetString(8));
}
