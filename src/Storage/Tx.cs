using Npgsql;

namespace Busker.Storage;

/// <summary>
/// An open transaction. Passing one to another room's method means: commit with me or not at all.
/// One statement at a time: a connection does not interleave.
/// </summary>
public sealed class Tx
{
    private NpgsqlBatch? _queue;
    private List<Action>? _committed;

    internal Tx(NpgsqlConnection connection, NpgsqlTransaction transaction, DateTimeOffset now) =>
        (Connection, Transaction, Now) = (connection, transaction, now);

    public NpgsqlConnection Connection { get; }

    public NpgsqlTransaction Transaction { get; }

    /// <summary>The host's clock when the transaction began (UTC). The one time that all its rows carry.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>What is remembered of rows may be used, because what is written is guarded. False once that has failed.</summary>
    internal bool Trusting { get; init; }

    /// <summary>Facts were appended: readers on this host are woken after the commit.</summary>
    internal bool HasFacts { get; set; }

    /// <summary>Jobs were enqueued: workers on this host are woken after the commit.</summary>
    internal bool HasJobs { get; set; }

    /// <summary>Positional parameters ($1, $2 …). The caller disposes the command. Queued statements run with the commit.</summary>
    public NpgsqlCommand Command(string sql, params ReadOnlySpan<object?> values)
    {
        var command = new NpgsqlCommand(sql, Connection, Transaction);
        Fill(command.Parameters, values);
        return command;
    }

    /// <summary>
    /// A write whose row count nobody needs: it goes with the next statement or the commit, and saves a round trip. Until
    /// then its effect is not seen and its failure is not heard.
    /// </summary>
    public void Queue(string sql, params ReadOnlySpan<object?> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        Fill(command.Parameters, values);
        (_queue ??= new NpgsqlBatch(Connection, Transaction)).BatchCommands.Add(command);
    }

    /// <summary>
    /// As <see cref="Queue"/>, for a statement that gives one row for each row it touched. Another number than expected fails
    /// the transaction as a conflict, and the work is run again on fresh rows.
    /// </summary>
    public void QueueExpecting(int rows, string sql, params ReadOnlySpan<object?> values) =>
        Queue($"with touched as ({sql}) select storage.expect(${values.Length + 1}, (select count(*) from touched))", [.. values, (long)rows]);

    /// <summary>Runs when the commit is known to be durable, before any caller hears of it.</summary>
    internal void OnCommitted(Action then) => (_committed ??= []).Add(then);

    internal void Committed()
    {
        foreach (var then in _committed ?? []) then();
    }

    /// <returns>The number of rows written.</returns>
    public Task<int> ExecuteAsync(string sql, ReadOnlySpan<object?> values, CancellationToken ct) =>
        ExecuteAsync(Command(sql, values), ct);

    /// <returns>The rows, in the order the statement gave them.</returns>
    public Task<List<T>> QueryAsync<T>(
        string sql, ReadOnlySpan<object?> values, Func<NpgsqlDataReader, T> row, CancellationToken ct) =>
        QueryAsync(Command(sql, values), row, ct);

    /// <summary>Hands on each row as it comes, in the order the statement gave them; holds none.</summary>
    public async Task EachAsync(string sql, object?[] values, Action<NpgsqlDataReader> row, CancellationToken ct)
    {
        await FlushAsync(ct);
        await using var command = Command(sql, values);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) row(reader);
    }

    /// <returns>The first row, or the default when there is none.</returns>
    public Task<T?> OneAsync<T>(
        string sql, ReadOnlySpan<object?> values, Func<NpgsqlDataReader, T> row, CancellationToken ct) =>
        OneAsync(Command(sql, values), row, ct);

    /// <summary>Runs what is queued.</summary>
    public async Task FlushAsync(CancellationToken ct)
    {
        if (_queue is not { } batch) return;
        _queue = null;
        await using (batch) await batch.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Runs what is queued and learns the transaction's id, in one round trip; null when it wrote nothing.</summary>
    internal async Task<ulong?> SealAsync(CancellationToken ct)
    {
        await using var batch = _queue ?? new NpgsqlBatch(Connection, Transaction);
        _queue = null;
        batch.BatchCommands.Add(new NpgsqlBatchCommand("select pg_current_xact_id_if_assigned()"));
        await using var reader = await batch.ExecuteReaderAsync(ct);
        ulong? id = null;
        do
        {
            while (await reader.ReadAsync(ct))
                if (reader.FieldCount == 1 && reader.GetName(0) == "pg_current_xact_id_if_assigned") id = reader.IsDBNull(0) ? null : reader.GetFieldValue<ulong>(0);
        }
        while (await reader.NextResultAsync(ct));
        return id;
    }

    /// <summary>What is queued and the commit, in one round trip: when a statement fails, the commit is not reached.</summary>
    internal async Task CommitAsync()
    {
        Queue("commit");
        await FlushAsync(CancellationToken.None);
    }

    private static void Fill(NpgsqlParameterCollection parameters, ReadOnlySpan<object?> values)
    {
        foreach (var value in values)
            parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter { Value = value ?? DBNull.Value });
    }

    private async Task<int> ExecuteAsync(NpgsqlCommand command, CancellationToken ct)
    {
        await FlushAsync(ct);
        await using (command) return await command.ExecuteNonQueryAsync(ct);
    }

    private async Task<List<T>> QueryAsync<T>(
        NpgsqlCommand command, Func<NpgsqlDataReader, T> row, CancellationToken ct)
    {
        await FlushAsync(ct);
        await using var owned = command;
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new List<T>();
        while (await reader.ReadAsync(ct)) rows.Add(row(reader));
        return rows;
    }

    private async Task<T?> OneAsync<T>(NpgsqlCommand command, Func<NpgsqlDataReader, T> row, CancellationToken ct)
    {
        await FlushAsync(ct);
        await using var owned = command;
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? row(reader) : default;
    }
}
