using System.Text.Json;

namespace Busker.Storage;

/// <summary>Work for later, added in the transaction of the state that calls for it: both or neither.</summary>
public static class Jobs
{
    /// <returns>False when one of the same unique key waits or runs already.</returns>
    public static async Task<bool> EnqueueAsync(Tx tx, NewJob job, CancellationToken ct) =>
        await EnqueueAsync(tx, [job], ct) == 1;

    /// <summary>Adds a set in one statement.</summary>
    /// <returns>How many were added.</returns>
    public static async Task<int> EnqueueAsync(Tx tx, IReadOnlyList<NewJob> jobs, CancellationToken ct)
    {
        if (jobs.Count == 0) return 0;
        var rows = jobs.Select(j => new JobTable.Row(
            Guid.CreateVersion7(tx.Now), j.Scope, j.Kind, j.UniqueKey, JsonSerializer.Serialize(j.Arguments), j.Due ?? tx.Now, null));
        tx.HasJobs = true;
        return await JobTable.InsertAsync(tx, rows.ToList(), ct);
    }

    /// <summary>Jobs that failed on their last try, oldest first.</summary>
    /// <param name="tx">Any transaction.</param>
    /// <param name="scope">Whose; null: everybody's, and the house's own.</param>
    /// <param name="above">The last id of the page before; empty for the first page.</param>
    /// <param name="most">Jobs in a page.</param>
    /// <param name="ct">Cancels the search.</param>
    public static Task<List<DeadJob>> DeadAsync(Tx tx, Guid? scope, Guid above, int most, CancellationToken ct) =>
        JobTable.DeadAsync(tx, scope, above, most, ct);

    /// <summary>Runs a dead job again, with all its tries.</summary>
    /// <returns>The job as it was; null when there is no such dead job in the scope.</returns>
    public static async Task<DeadJob?> RerunAsync(Tx tx, Guid? scope, Guid id, CancellationToken ct)
    {
        if (await JobTable.LockDeadAsync(tx, scope, id, ct) is not { } dead) return null;
        await JobTable.ReviveAsync(tx, id, ct);
        tx.HasJobs = true;
        return dead;
    }

    /// <summary>Gives a dead job up for good.</summary>
    /// <returns>The job as it was; null when there is no such dead job in the scope.</returns>
    public static async Task<DeadJob?> DropAsync(Tx tx, Guid? scope, Guid id, CancellationToken ct)
    {
        if (await JobTable.LockDeadAsync(tx, scope, id, ct) is not { } dead) return null;
        await JobTable.DropAsync(tx, id, ct);
        return dead;
    }
}
