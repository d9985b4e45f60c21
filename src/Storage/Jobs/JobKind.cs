using System.Text.Json;

namespace Busker.Storage;

/// <summary>A kind of work that is done later, at least once, by any host.</summary>
/// <param name="Name"><c>payments.sweep_in_doubt</c>; what rows in the table carry.</param>
/// <param name="RunAsync">
/// The slice's method. No transaction is open: it may ask providers. To make an effect exactly once, write it in a
/// transaction together with <see cref="JobRun.FinishAsync"/>.
/// </param>
public sealed record JobKind(string Name, Func<JobRun, CancellationToken, Task> RunAsync)
{
    /// <summary>Tries before the job is dead: kept, listed, and run again only when somebody says so.</summary>
    public int AttemptsMax { get; init; } = 10;

    /// <summary>How long a silent worker keeps a job. A living one renews at a third of it.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(60);

    public TimeSpan RetryFirst { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan RetryMax { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Not null: one such job recurs, for the house as a whole, this long after each run's due time.</summary>
    public TimeSpan? Every { get; init; }
}

/// <summary>Work to be done.</summary>
/// <param name="Scope">The tenant's live or test scope; empty for the house's own.</param>
/// <param name="Kind">The name of a <see cref="JobKind"/>.</param>
/// <param name="Arguments">Kept as JSON. No secret: operators see it.</param>
/// <param name="Due">Not before this; null means now.</param>
/// <param name="UniqueKey">While one of the kind, scope and key waits or runs, another is not added. A dead one is revived.</param>
public sealed record NewJob(Guid Scope, string Kind, object Arguments, DateTimeOffset? Due = null, string? UniqueKey = null);

/// <summary>One try at a job. The lease is this worker's word that it is still at it.</summary>
public sealed class JobRun
{
    public required Guid Id { get; init; }
    public required Guid Scope { get; init; }
    public required string Kind { get; init; }

    /// <summary>1 for the first try.</summary>
    public required int Attempt { get; init; }

    public required DateTimeOffset Due { get; init; }

    internal string Json { get; init; } = "{}";

    internal Guid Lease { get; init; }

    internal bool Finished { get; private set; }

    public T Arguments<T>() => JsonSerializer.Deserialize<T>(Json)!;

    /// <summary>
    /// Ends the job in the transaction of its effect: both or neither.
    /// </summary>
    /// <exception cref="LeaseLostException">Another worker has taken the job over; the effect is rolled back.</exception>
    public async Task FinishAsync(Tx tx, CancellationToken ct)
    {
        if (!await JobTable.FinishAsync(tx, Id, Lease, ct)) throw new LeaseLostException(Kind, Id);
        Finished = true;
    }
}

/// <summary>This worker was silent for longer than its lease, and the job is another's now.</summary>
public sealed class LeaseLostException(string kind, Guid id) : Exception($"{kind} {id} was taken over by another worker");

/// <summary>A job that failed on its last try.</summary>
public sealed record DeadJob(
    Guid Id, Guid Scope, string Kind, string? UniqueKey, string Arguments, int Attempts, string Error, DateTimeOffset DiedAt);
