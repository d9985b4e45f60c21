using System.Diagnostics;

namespace Busker.Storage;

/// <summary>One subscription at work on one host: take the turn, read, handle, move on, in one transaction.</summary>
internal sealed class Consumer(Db db, Subscription subscription)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(5);

    private readonly LogReader _log = new(db, subscription.Kinds);
    private readonly KeyValuePair<string, object?> _tag = new("consumer", subscription.Name);
    private long _suspectUpTo; // a batch that ended here failed: until then, one fact at a time
    private int _failures;

    private enum Step
    {
        Idle,
        More,
        Blocked,
    }

    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            var wake = db.Facts.Next;
            try
            {
                var step = await StepAsync(ct);
                if (step == Step.More) continue;
                await Pulse.WaitAsync(wake, step == Step.Blocked ? Soon : Poll, db.Clock, ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (DatabaseUnavailableException)
            {
                await Task.Delay(Poll, db.Clock, CancellationToken.None);
            }
        }
    }

    public async Task CatchUpAsync(CancellationToken ct)
    {
        while (await StepAsync(ct) is var step and not Step.Idle)
            if (step == Step.Blocked) await Task.Delay(Soon, ct);
    }

    private async Task<Step> StepAsync(CancellationToken ct)
    {
        if (!await db.ReadAsync((tx, token) => CursorTable.BehindAsync(tx, subscription.Name, token), ct)) return Step.Idle;
        var batch = new List<Fact>();
        LogReader.Page? page = null;
        try
        {
            using var activity = StorageTelemetry.Source.StartActivity(subscription.Name);
            var step = await db.InTransactionAsync(async (tx, token) =>
            {
                batch.Clear();
                if (await TurnAsync(tx, token) is not { } cursor) return Step.Idle;
                var most = cursor < _suspectUpTo ? 1 : subscription.BatchMax;
                page = await _log.ReadAsync(tx, cursor, most, token);
                batch.AddRange(await FlowingAsync(tx, page.Facts, token));
                if (batch.Count > 0) await subscription.HandleAsync(tx, batch, token);
                if (page.Position > cursor) await CursorTable.MoveAsync(tx, subscription.Name, page.Position, token);
                await MeasureAsync(tx, token);
                return page.Blocked ? Step.Blocked : page.Position > cursor ? Step.More : Step.Idle;
            }, ct);
            _failures = 0;
            if (page is not null) await _log.NoteAsync(page, ct);
            StorageTelemetry.FactsRead.Add(batch.Count, _tag, new("outcome", "handled"));
            return step;
        }
#pragma warning disable CA1031 // whatever a handler throws is about a fact of this batch: find it, park it, go on
        catch (Exception e) when (e is not DatabaseUnavailableException && !ct.IsCancellationRequested && batch.Count > 0)
#pragma warning restore CA1031
        {
            Activity.Current?.SetStatus(ActivityStatusCode.Error, e.Message);
            if (batch.Count > 1) _suspectUpTo = Math.Max(_suspectUpTo, page!.Position);
            else await FailedAsync(batch[0], e, ct);
            return Step.More;
        }
    }

    private async Task<long?> TurnAsync(Tx tx, CancellationToken ct)
    {
        var cursor = await CursorTable.TakeTurnAsync(tx, subscription.Name, ct);
        if (cursor is not null) return cursor;
        await CursorTable.CreateAsync(tx, subscription.Name, ct); // nothing to do when it is another host's turn
        return await CursorTable.TakeTurnAsync(tx, subscription.Name, ct);
    }

    /// <summary>Facts of a parked key are parked too, so that the key's order holds.</summary>
    private async Task<IReadOnlyList<Fact>> FlowingAsync(Tx tx, IReadOnlyList<Fact> facts, CancellationToken ct)
    {
        if (facts.Count == 0) return facts;
        var parked = await CursorTable.ParkedKeysAsync(tx, subscription.Name, ct);
        if (parked.Count == 0) return facts;
        var behind = facts.Where(f => parked.Contains((f.Scope, f.Key))).ToList();
        if (behind.Count == 0) return facts;
        await CursorTable.ParkAsync(tx, subscription.Name, behind, 0, "waits behind an earlier fact of its key", ct);
        return facts.Where(f => !parked.Contains((f.Scope, f.Key))).ToList();
    }

    private async Task FailedAsync(Fact fact, Exception e, CancellationToken ct)
    {
        if (++_failures < subscription.AttemptsMax)
        {
            StorageTelemetry.FactsRead.Add(1, _tag, new("outcome", "retried"));
            await Task.Delay(Backoff.After(_failures, TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(5)), db.Clock, ct);
            return;
        }

        await db.InTransactionAsync(async (tx, token) =>
        {
            var cursor = await CursorTable.TakeTurnAsync(tx, subscription.Name, token);
            if (cursor is null || cursor >= fact.Position) return; // another host came past it meanwhile
            await CursorTable.ParkAsync(tx, subscription.Name, [fact], _failures, $"{e.GetType().Name}: {e.Message}", token);
            await CursorTable.MoveAsync(tx, subscription.Name, fact.Position, token);
        }, ct);
        _failures = 0;
        StorageTelemetry.FactsRead.Add(1, _tag, new("outcome", "parked"));
    }

    private async Task MeasureAsync(Tx tx, CancellationToken ct)
    {
        if (StorageTelemetry.OutboxLag.Enabled)
            StorageTelemetry.OutboxLag.Record(await CursorTable.LagAsync(tx, subscription.Name, ct), _tag);
    }
}
