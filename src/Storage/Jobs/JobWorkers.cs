using System.Diagnostics;

namespace Busker.Storage;

/// <summary>
/// Runs due jobs on this host, several at a time. Any number of hosts may do so: each job is leased to one worker, and
/// passes to another when that one falls silent.
/// </summary>
public sealed class JobWorkers(Db db, IReadOnlyList<JobKind> kinds, int workers = 4)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);
    private readonly Dictionary<string, JobKind> _kinds = kinds.ToDictionary(k => k.Name);
    private readonly string[] _names = [.. kinds.Select(k => k.Name)];
    private readonly long[] _leases = [.. kinds.Select(k => (long)k.Lease.TotalMilliseconds)];

    /// <summary>
    /// Works until cancelled. Then no new job is begun; those under way get <paramref name="drain"/> to end, after which
    /// they are cancelled and given back.
    /// </summary>
    public async Task RunAsync(TimeSpan drain, CancellationToken ct)
    {
        using var hard = new CancellationTokenSource();
        await using var arm = ct.Register(() => hard.CancelAfter(drain));
        await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => WorkAsync(hard.Token, ct)));
    }

    /// <summary>Runs what is due now, one after the other, and returns when nothing is.</summary>
    /// <returns>How many runs were made.</returns>
    public async Task<int> RunDueAsync(CancellationToken ct)
    {
        await BeatAsync(ct);
        var runs = 0;
        for (; await ClaimAsync(ct) is { } run; runs++) await RunAsync(run, ct);
        return runs;
    }

    private async Task WorkAsync(CancellationToken hard, CancellationToken stop)
    {
        var began = false;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (!began) await BeatAsync(stop);
                began = true;
                var wake = db.Jobs.Next;
                if (await ClaimAsync(stop) is { } run) await RunAsync(run, hard);
                else await Pulse.WaitAsync(wake, Backoff.After(1, Poll, Poll), db.Clock, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (DatabaseUnavailableException)
            {
                await Task.Delay(Poll, db.Clock, CancellationToken.None);
            }
        }
    }

    /// <summary>Sees to it that each recurring kind has its one job.</summary>
    private Task<int> BeatAsync(CancellationToken ct) => db.InTransactionAsync((tx, token) => JobTable.InsertAsync(
        tx,
        [.. kinds.Where(k => k.Every is not null).Select(k =>
            new JobTable.Row(Guid.CreateVersion7(tx.Now), Guid.Empty, k.Name, "every", "{}", tx.Now, k.Every))],
        token), ct);

    /// <summary>Looks before it writes, so that an idle host commits nothing.</summary>
    private async Task<JobRun?> ClaimAsync(CancellationToken ct)
    {
        var due = await db.ReadAsync((tx, token) => tx.OneAsync(
            "select exists (select from storage.job where state = 0 and due_at <= $1 and kind = any ($2))",
            [tx.Now, _names], r => r.GetBoolean(0), token), ct);
        if (!due) return null;
        return await db.InTransactionAsync((tx, token) =>
            JobTable.ClaimAsync(tx, _names, _leases, Guid.CreateVersion7(tx.Now), token), ct);
    }

    private async Task RunAsync(JobRun run, CancellationToken hard)
    {
        var kind = _kinds[run.Kind];
        StorageTelemetry.JobDelay.Record((db.Clock.GetUtcNow() - run.Due).TotalSeconds, new KeyValuePair<string, object?>("kind", kind.Name));
        using var activity = StorageTelemetry.Source.StartActivity(kind.Name);
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(hard);
        using var ended = new CancellationTokenSource();
        var renewal = RenewAsync(run, kind, lost, ended.Token);
        string outcome;
        try
        {
            await kind.RunAsync(run, lost.Token);
            if (!run.Finished) await db.InTransactionAsync(run.FinishAsync, CancellationToken.None);
            outcome = "done";
        }
#pragma warning disable CA1031 // whatever a job throws is kept with it, and decides when it runs again
        catch (Exception e)
#pragma warning restore CA1031
        {
            activity?.SetStatus(ActivityStatusCode.Error, e.Message);
            outcome = await FailedAsync(run, kind, e, drained: hard.IsCancellationRequested && e is OperationCanceledException);
        }

        await ended.CancelAsync();
        await renewal;
        StorageTelemetry.JobsRun.Add(1, new("kind", kind.Name), new("outcome", outcome));
    }

    private async Task<string> FailedAsync(JobRun run, JobKind kind, Exception e, bool drained)
    {
        if (e is LeaseLostException) return "lost";
        var dead = !drained && run.Attempt >= kind.AttemptsMax;
        var wait = drained ? TimeSpan.Zero : Backoff.After(run.Attempt, kind.RetryFirst, kind.RetryMax);
        try
        {
            await db.InTransactionAsync((tx, token) => JobTable.FailAsync(
                tx, run.Id, run.Lease, dead ? null : tx.Now + wait, drained ? 1 : 0,
                drained ? null : $"{e.GetType().Name}: {e.Message}", token), CancellationToken.None);
        }
        catch (DatabaseUnavailableException)
        {
            return "lost"; // its lease runs out, and another worker takes it
        }

        return drained ? "given_back" : dead ? "dead" : "failed";
    }

    /// <summary>Says "still at it" at a third of the lease; stops the run when the lease turns out to be another's.</summary>
    private async Task RenewAsync(JobRun run, JobKind kind, CancellationTokenSource lost, CancellationToken ended)
    {
        try
        {
            while (true)
            {
                await Task.Delay(kind.Lease / 3, db.Clock, ended);
                if (await TryRenewAsync(run, kind, ended)) continue;
                await lost.CancelAsync();
                return;
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // the run ended first
        }
    }

    private async Task<bool> TryRenewAsync(JobRun run, JobKind kind, CancellationToken ct)
    {
        try
        {
            return run.Finished
                || await db.InTransactionAsync((tx, token) => JobTable.RenewAsync(tx, run.Id, run.Lease, kind.Lease, token), ct);
        }
        catch (DatabaseUnavailableException)
        {
            return true; // not known to be lost; FinishAsync will tell
        }
    }
}
