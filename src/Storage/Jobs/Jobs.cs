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
    /// <param name="after">The last id of the page before; null for the first page.</param>
    /// <param name="most">Jobs in a page.</param>
    /// <param name="ct">Cancels the search.</param>
    public static Task<List<DeadJob>> DeadAsync(Tx tx, Guid? after, int most, CancellationToken ct) =>
        JobTable.DeadAsync(tx, after, most, ct);

    /// <summary>Runs a dead job again, with all its tries.</summary>
    /// <returns>False when there is no such dead job.</returns>
    public static Task<bool> RerunAsync(Tx tx, Guid id, CancellationToken ct)
    {
        tx.HasJobs = true;
        return JobTable.ReviveAsync(tx, id, ct);
    }

    /// <summary>Gives a dead job up for good.</summary>
    public static Task<bool> DropAsync(Tx tx, Guid id, CancellationToken ct) => JobTable.DropAsync(tx, id, ct);
}
