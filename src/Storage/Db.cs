using Npgsql;

namespace Busker.Storage;

/// <summary>How many connections a host may hold, by purpose: a slow report cannot take those of the hot writes.</summary>
public sealed record DbLimits(int Writers = 24, int Readers = 24, int Groups = 8);

/// <summary>
/// The only way into PostgreSQL. Runs a unit of work in one transaction, and runs it again on serialization failure,
/// deadlock, or a connection lost before it was committed; so work must not do anything that cannot be repeated. When the
/// connection is lost during COMMIT, the server is asked what became of it.
/// </summary>
public sealed class Db : IAsyncDisposable
{
    private const int AttemptsMax = 5;
    private readonly NpgsqlDataSource _writers;
    private readonly NpgsqlDataSource _readers;
    private readonly NpgsqlDataSource _groups;

    private Db(NpgsqlDataSource writers, NpgsqlDataSource readers, NpgsqlDataSource groups, TimeProvider clock) =>
        (_writers, _readers, _groups, Clock, Signal) =
            (writers, readers, groups, clock, new FactSignal(readers.OpenConnectionAsync, Facts, clock));

    public TimeProvider Clock { get; }

    /// <summary>Set after each commit that appended facts: of this host, and of others while <see cref="Signal"/> hears them.</summary>
    internal Pulse Facts { get; } = new();

    internal FactSignal Signal { get; }

    /// <summary>How long to ask for the outcome of a commit whose answer was lost.</summary>
    internal TimeSpan DoubtMax { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Set after each commit of this host that enqueued jobs.</summary>
    internal Pulse Jobs { get; } = new();

    /// <summary>Opens pools on a server; connects only when first used.</summary>
    /// <param name="connectionString">Npgsql's; host, port, user, password, database and TLS settings are kept.</param>
    /// <param name="clock">Gives <see cref="Tx.Now"/>, due times and leases.</param>
    /// <param name="limits">Connections of this host, by purpose.</param>
    public static Db Open(string connectionString, TimeProvider clock, DbLimits? limits = null)
    {
        limits ??= new DbLimits();
        return new Db(
            Pool(connectionString, "busker", limits.Writers, ""),
            Pool(connectionString, "busker-read", limits.Readers, "-c default_transaction_read_only=on"),
            Pool(connectionString, "busker-group", limits.Groups, KeyedAccess),
            clock);
    }

    // Hot statements find a handful of rows by key. With statistics of a table that was empty a minute ago the planner
    // would scan it; these settings leave it the index only, and no second thoughts about a prepared plan.
    private const string KeyedAccess =
        "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c plan_cache_mode=force_generic_plan -c jit=off -c lock_timeout=1000";

    private static NpgsqlDataSource Pool(string connectionString, string name, int size, string settings)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString)
        {
            ApplicationName = name,
            MaxPoolSize = size,
            MaxAutoPrepare = 256,
            AutoPrepareMinUsages = 2,
            IncludeErrorDetail = false,
        };
        if (settings.Length > 0) builder.Options = $"{builder.Options} {settings}".Trim();
        if (!connectionString.Contains("Timeout", StringComparison.OrdinalIgnoreCase)) builder.Timeout = 5;
        return new NpgsqlDataSourceBuilder(builder.ConnectionString).Build();
    }

    /// <summary>
    /// Runs the work in one READ COMMITTED transaction and commits it; a <c>Result</c> holding a fault rolls back.
    /// </summary>
    /// <exception cref="DatabaseUnavailableException">The database is away; says whether the outcome is known.</exception>
    public async Task<T> InTransactionAsync<T>(Func<Tx, CancellationToken, Task<T>> work, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            (Tx Tx, T Result, ulong? Id)? committing = null;
            try
            {
                await using var connection = await _writers.OpenConnectionAsync(ct);
                await using var transaction = await connection.BeginTransactionAsync(ct);
                var tx = new Tx(connection, transaction, Clock.GetUtcNow());
                var result = await work(tx, ct);
                if (Refusal<T>.In(result)) return result;
                committing = (tx, result, await tx.SealAsync(ct));
                await transaction.CommitAsync(CancellationToken.None); // from here on, leaving would be guessing
                Wake(tx);
                return result;
            }
            catch (Exception e) when (e.Trouble() is var trouble and not Trouble.Other)
            {
                if (trouble == Trouble.Lost) _writers.Clear();
                if (committing is { Id: { } id } sent && trouble != Trouble.Conflict)
                {
                    if (await TransactionFate.AskAsync(() => _writers.OpenConnectionAsync(), _writers.Clear, id, DoubtMax, Clock) is not { } committed)
                        throw DatabaseUnavailableException.While(e);
                    if (committed)
                    {
                        Wake(sent.Tx);
                        return sent.Result;
                    }
                }

                if (trouble == Trouble.Refused || attempt == AttemptsMax) throw DatabaseUnavailableException.Before(e);
            }

            await Task.Delay(Backoff.After(attempt, TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(200)), ct);
        }
    }

    /// <inheritdoc cref="InTransactionAsync{T}"/>
    public Task InTransactionAsync(Func<Tx, CancellationToken, Task> work, CancellationToken ct) =>
        InTransactionAsync(async (tx, token) =>
        {
            await work(tx, token);
            return true;
        }, ct);

    /// <summary>Reads in one read-only transaction; all its statements see the same moment.</summary>
    /// <exception cref="DatabaseUnavailableException">The database is away.</exception>
    public async Task<T> ReadAsync<T>(Func<Tx, CancellationToken, Task<T>> work, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = await _readers.OpenConnectionAsync(ct);
                await using var transaction =
                    await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, ct);
                var result = await work(new Tx(connection, transaction, Clock.GetUtcNow()), ct);
                await transaction.CommitAsync(ct);
                return result;
            }
            catch (Exception e) when (e.Trouble() is var trouble and not Trouble.Other)
            {
                if (trouble == Trouble.Lost) _readers.Clear();
                if (trouble == Trouble.Refused || attempt == AttemptsMax) throw DatabaseUnavailableException.Before(e);
            }

            await Task.Delay(Backoff.After(attempt, TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(200)), ct);
        }
    }

    /// <summary>A connection outside any transaction: for session locks and the group commit's own writers.</summary>
    internal ValueTask<NpgsqlConnection> OpenWriterAsync(CancellationToken ct) => _writers.OpenConnectionAsync(ct);

    internal ValueTask<NpgsqlConnection> OpenGroupAsync(CancellationToken ct) => _groups.OpenConnectionAsync(ct);

    internal void ForgetGroups() => _groups.Clear();

    internal void Wake(Tx tx)
    {
        if (tx.HasFacts)
        {
            Facts.Set();
            Signal.Tell();
        }

        if (tx.HasJobs) Jobs.Set();
    }

    public async ValueTask DisposeAsync()
    {
        await Signal.DisposeAsync();
        await _writers.DisposeAsync();
        await _readers.DisposeAsync();
        await _groups.DisposeAsync();
    }
}
