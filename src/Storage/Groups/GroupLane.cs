using System.Diagnostics;
using System.Threading.Channels;
using Busker.Kernel;
using Google.Protobuf;
using Npgsql;

namespace Busker.Storage;

/// <summary>
/// Commits the units of its share of the keys, one batch after the other; whatever waits when a batch ends is the next.
/// A batch that fails is run again, or halved until the unit at fault is alone with its failure.
/// </summary>
internal sealed class GroupLane<TUnit, TAnswer>(Db db, GroupPlan<TUnit, TAnswer> plan, GroupLimits limits)
    where TAnswer : class, IMessage<TAnswer>, new()
{
    private const int AttemptsMax = 8;

    private readonly Channel<Pending<TUnit, TAnswer>> _queue = Channel.CreateUnbounded<Pending<TUnit, TAnswer>>(
        new UnboundedChannelOptions { SingleReader = true });

    private readonly KeyValuePair<string, object?> _tag = new("group", plan.Name);
    private readonly RecentNames _repeats = new();
    private int _waiting;
    private double _secondsPerBatch = 0.001;

    /// <summary>How long a unit submitted now would wait, judged by the last batches.</summary>
    public TimeSpan Wait => TimeSpan.FromSeconds(
        (double)Volatile.Read(ref _waiting) / limits.BatchMax * Volatile.Read(ref _secondsPerBatch));

    public int Waiting => Volatile.Read(ref _waiting);

    /// <returns>False when the group is stopping.</returns>
    public bool Enqueue(Pending<TUnit, TAnswer> unit)
    {
        Interlocked.Increment(ref _waiting);
        StorageTelemetry.QueueDepth.Add(1, _tag);
        if (_queue.Writer.TryWrite(unit)) return true;
        Done(1);
        return false;
    }

    public void Stop() => _queue.Writer.TryComplete();

    public async Task RunAsync()
    {
        while (await _queue.Reader.WaitToReadAsync())
        {
            var units = Draw();
            if (units.Count == 0) continue;
            var began = Stopwatch.GetTimestamp();
            using (var activity = StorageTelemetry.Source.StartActivity(plan.Name))
            {
                activity?.SetTag("busker.group.batch_size", units.Count);
                await SettleAsync(units, trusting: !_repeats.AnyOf(units));
            }

            Measure(units.Count, Stopwatch.GetElapsedTime(began));
            Done(units.Count);
        }
    }

    /// <summary>A request that comes twice ends the batch: in the next one its answer is known.</summary>
    private List<Pending<TUnit, TAnswer>> Draw()
    {
        var units = new List<Pending<TUnit, TAnswer>>();
        var names = new HashSet<(Guid, Guid)>();
        while (units.Count < limits.BatchMax && _queue.Reader.TryPeek(out var unit))
        {
            if (!unit.Abandoned && unit.Key is { } key && !names.Add((key.Scope, unit.Name))) break;
            _queue.Reader.TryRead(out _);
            if (unit.Abandoned) Done(1);
            else units.Add(unit);
        }

        return units;
    }

    /// <param name="units">What is to be committed together.</param>
    /// <param name="trusting">Whether the first try may take things for granted; no later one does.</param>
    private async Task SettleAsync(List<Pending<TUnit, TAnswer>> units, bool trusting)
    {
        var patience = db.Clock.GetUtcNow() + limits.PatienceMax;
        for (var attempt = 1; ; attempt++)
        {
            var batch = new GroupBatch<TUnit, TAnswer>(db, plan, units, trusting);
            try
            {
                await batch.CommitAsync();
                batch.Deliver();
                return;
            }
#pragma warning disable CA1031 // the lane lives on, whatever one batch met; the callers hear of it
            catch (Exception e)
#pragma warning restore CA1031
            {
                switch (await JudgeAsync(batch, e, attempt, db.Clock.GetUtcNow() < patience))
                {
                    case Verdict.Committed: batch.Deliver(); return;
                    case Verdict.Split: await SplitAsync(units, e); return;
                    case Verdict.Unknown: Fail(units, DatabaseUnavailableException.While(e)); return;
                    case Verdict.Unavailable: Fail(units, DatabaseUnavailableException.Before(e)); return;
                    case Verdict.Again: break;
                }

                if (trusting && e.Trouble() == Trouble.Conflict)
                {
                    trusting = false;
                    continue; // nobody is in the way: only something taken for granted was not so
                }
            }

            trusting = false;
            await Task.Delay(Backoff.After(attempt, TimeSpan.FromMilliseconds(2), TimeSpan.FromMilliseconds(250)));
        }
    }

    private enum Verdict
    {
        Again,
        Split,
        Committed,
        Unknown,
        Unavailable,
    }

    private async Task<Verdict> JudgeAsync(GroupBatch<TUnit, TAnswer> batch, Exception e, int attempt, bool patient)
    {
        var trouble = e.Trouble();
        StorageTelemetry.Rerun.Add(1, _tag, new("reason", trouble.ToString()));
        if (trouble == Trouble.Lost) db.ForgetGroups();
        return trouble switch
        {
            Trouble.Lost or Trouble.Refused when batch.Committing && batch.TransactionId == 0 => patient ? Verdict.Again : Verdict.Unknown,
            Trouble.Lost or Trouble.Refused when batch.Committing => await FateAsync(batch.TransactionId),
            Trouble.Lost => patient ? Verdict.Again : Verdict.Unavailable,
            Trouble.Refused => Verdict.Unavailable,
            Trouble.Conflict => attempt < AttemptsMax ? Verdict.Again : Verdict.Split,
            _ => Verdict.Split,
        };
    }

    private async Task<Verdict> FateAsync(ulong transactionId) =>
        await TransactionFate.AskAsync(() => db.OpenGroupAsync(CancellationToken.None), db.ForgetGroups, transactionId, limits.PatienceMax, db.Clock) switch
        {
            true => Verdict.Committed,
            false => Verdict.Again,
            null => Verdict.Unknown,
        };

    /// <summary>Something in the batch cannot be committed. The halves go one after the other, so order is kept.</summary>
    private async Task SplitAsync(List<Pending<TUnit, TAnswer>> units, Exception e)
    {
        if (units is [var alone])
        {
            if (e.Trouble() == Trouble.Conflict || e is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable })
                alone.Settle(Contended);
            else alone.Fail(e);
            return;
        }

        await SettleAsync(units[..(units.Count / 2)], trusting: false);
        await SettleAsync(units[(units.Count / 2)..], trusting: false);
    }

    private static void Fail(List<Pending<TUnit, TAnswer>> units, Exception e)
    {
        foreach (var unit in units) unit.Fail(e);
    }

    private void Measure(int units, TimeSpan took)
    {
        StorageTelemetry.BatchSize.Record(units, _tag);
        StorageTelemetry.CommitSeconds.Record(took.TotalSeconds, _tag);
        Volatile.Write(ref _secondsPerBatch, (_secondsPerBatch * 0.8) + (took.TotalSeconds * 0.2));
    }

    private void Done(int units)
    {
        Interlocked.Add(ref _waiting, -units);
        StorageTelemetry.QueueDepth.Add(-units, _tag);
    }

    private static readonly Fault Contended = new(Code.Aborted, "CONTENDED",
        "Others kept this row busy; nothing was changed.") { RetryAfter = TimeSpan.FromMilliseconds(500) };
}
