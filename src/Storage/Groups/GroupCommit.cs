using System.Runtime.ExceptionServices;
using Busker.Kernel;
using Google.Protobuf;

namespace Busker.Storage;

/// <summary>
/// Commits the units of many concurrent requests together.
/// <list type="bullet">
/// <item>A caller learns its own outcome, and only after the commit that holds it is durable.</item>
/// <item>Units on one row take effect in the order submitted on this host, each seeing those before it.</item>
/// <item>A unit that fails, fails alone.</item>
/// <item>With a request key a unit has its effect once: a repeat gets the first answer.</item>
/// <item>More work than can be done soon is refused (RESOURCE_EXHAUSTED, with the time to come back), not hoarded.</item>
/// </list>
/// </summary>
public sealed class GroupCommit<TUnit, TAnswer> : IAsyncDisposable
    where TAnswer : class, IMessage<TAnswer>, new()
{
    private readonly GroupPlan<TUnit, TAnswer> _plan;
    private readonly GroupLimits _limits;
    private readonly GroupLane<TUnit, TAnswer>[] _lanes;
    private readonly Task _running;

    public GroupCommit(Db db, GroupPlan<TUnit, TAnswer> plan, GroupLimits? limits = null)
    {
        (_plan, _limits) = (plan, limits ?? new GroupLimits());
        _lanes = new GroupLane<TUnit, TAnswer>[_limits.Lanes];
        for (var i = 0; i < _lanes.Length; i++) _lanes[i] = new(db, plan, _limits);
        _running = Task.WhenAll(_lanes.Select(lane => Task.Run(lane.RunAsync)));
    }

    /// <summary>Hands in one unit and waits for its outcome.</summary>
    /// <param name="unit">What is to be done.</param>
    /// <param name="key">Makes a repeat safe; null when the caller named no request.</param>
    /// <param name="ct">
    /// Leaving before the unit is drawn up withdraws it. Leaving later does not: ask again with the same key to learn the outcome.
    /// </param>
    /// <returns>
    /// The answer, the plan's refusal, ABORTED (in progress, contended), FAILED_PRECONDITION (key used for another request)
    /// or RESOURCE_EXHAUSTED.
    /// </returns>
    /// <exception cref="DatabaseUnavailableException">The database stayed away; says whether the outcome is known.</exception>
    public async Task<Result<Once<TAnswer>>> SubmitAsync(TUnit unit, RequestKey? key, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var waiter = new Waiter(1);
        var pending = new Pending<TUnit, TAnswer>(unit, key, waiter, ct);
        Submit(pending);
        await waiter.Done.WaitAsync(ct);
        var (outcome, failure) = pending.Settled;
        if (failure is not null) ExceptionDispatchInfo.Throw(failure);
        return outcome;
    }

    /// <summary>Hands in many units at once and waits for all. Each has its own outcome; those of one row keep their order.</summary>
    /// <param name="units">Each with what makes a repeat of it safe; null when the caller named no request.</param>
    /// <param name="ct">As for one unit, for all of them.</param>
    /// <returns>One for each unit, in their order. Nothing is thrown but for leaving.</returns>
    public async Task<IReadOnlyList<Settled<TAnswer>>> SubmitAllAsync(IReadOnlyList<(TUnit Unit, RequestKey? Key)> units, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        if (units.Count == 0) return [];
        var waiter = new Waiter(units.Count);
        var pending = new Pending<TUnit, TAnswer>[units.Count];
        for (var i = 0; i < pending.Length; i++) pending[i] = new(units[i].Unit, units[i].Key, waiter, ct);
        foreach (var unit in pending) Submit(unit);
        await waiter.Done.WaitAsync(ct);
        return Array.ConvertAll(pending, p => p.Settled);
    }

    private void Submit(Pending<TUnit, TAnswer> pending)
    {
        var lane = _lanes[unchecked((uint)_plan.Lane(pending.Unit)) % (uint)_lanes.Length];
        if (lane.Waiting >= _limits.QueueMax / _lanes.Length || lane.Wait > _limits.WaitMax) pending.Settle(Overloaded(lane.Wait));
        else if (!lane.Enqueue(pending)) pending.Settle(Stopping);
    }

    /// <summary>Takes no more units, and finishes those it has.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var lane in _lanes) lane.Stop();
        await _running;
    }

    private Fault Overloaded(TimeSpan wait)
    {
        StorageTelemetry.Shed.Add(1, new KeyValuePair<string, object?>("group", _plan.Name));
        return new(Code.ResourceExhausted, "OVERLOADED", "More is being asked than can be written now; come back later.")
        {
            RetryAfter = TimeSpan.FromMilliseconds(Math.Clamp(wait.TotalMilliseconds, 20, 5000)),
        };
    }

    private static readonly Fault Stopping = new(Code.Unavailable, "STOPPING", "This host is stopping; ask another.")
    {
        RetryAfter = TimeSpan.FromMilliseconds(100),
    };
}
