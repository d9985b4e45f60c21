using Npgsql;

namespace Busker.Storage;

/// <summary>An open transaction. Passing one to another room's method means: commit with me or not at all.</summary>
public readonly record struct Tx(NpgsqlConnection Connection, NpgsqlTransaction Transaction)
{
    /// <summary>Positional parameters ($1, $2 …). The caller disposes the command.</summary>
    public NpgsqlCommand Command(string sql, params ReadOnlySpan<object?> values)
    {
        var command = new NpgsqlCommand(sql, Connection, Transaction);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        return command;
    }
}

/// <summary>The only way into PostgreSQL. Retries the whole unit of work on serialization failure and deadlock.</summary>
public sealed class Db(NpgsqlDataSource source)
{
    private const int AttemptsMax = 5;

    public async Task<T> InTransactionAsync<T>(Func<Tx, CancellationToken, Task<T>> work, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var connection = await source.OpenConnectionAsync(ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            try
            {
                var result = await work(new Tx(connection, transaction), ct);
                await transaction.CommitAsync(ct);
                return result;
            }
            catch (PostgresException e) when (IsTransient(e) && attempt < AttemptsMax)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5 << attempt), ct);
            }
        }
    }

    private static bool IsTransient(PostgresException e) =>
        e.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected;
}
