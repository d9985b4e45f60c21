using Npgsql;

namespace Busker.Storage.Bench;

/// <summary>
/// The peer: a careful one-transaction-per-request handler on a connection pool. Idempotency row and guarded update in one
/// round trip, prepared; the commit in a second.
/// </summary>
internal sealed class OneByOne(string connectionString, int connections) : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString)
    {
        MaxPoolSize = connections, MaxAutoPrepare = 16, AutoPrepareMinUsages = 2,
    });

    public async Task ConsumeAsync(Consume ask, Guid request)
    {
        await using var connection = await _source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var batch = new NpgsqlBatch(connection, transaction)
        {
            BatchCommands =
            {
                new("insert into storage.request (tenant_id, request, fingerprint, at, answer) values ($1, $2, $2, now(), $3) on conflict do nothing")
                {
                    Parameters = { new() { Value = CapTable.Scope }, new() { Value = request }, new() { Value = Answer } },
                },
                new("update bench.cap set used = used + $3 where tenant_id = $1 and name = $2 and used + $3 <= most returning used")
                {
                    Parameters = { new() { Value = CapTable.Scope }, new() { Value = ask.Name }, new() { Value = ask.By } },
                },
            },
        };
        await using (var reader = await batch.ExecuteReaderAsync())
            while (await reader.ReadAsync()) _ = reader.GetInt64(0);
        await transaction.CommitAsync();
    }

    private static readonly byte[] Answer = new byte[12];

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
