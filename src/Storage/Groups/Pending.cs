using Busker.Kernel;

namespace Busker.Storage;

/// <summary>What became of one unit: an outcome, or the failure that its caller alone sees.</summary>
/// <param name="Failure">A bug met in this unit, or the database was away; null when there is an outcome.</param>
public readonly record struct Settled<TAnswer>(Result<Once<TAnswer>> Outcome, Exception? Failure);

/// <summary>A call that waits for its units, one or many: woken once, when the last is settled.</summary>
internal sealed class Waiter(int units)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left = units;

    public Task Done => _done.Task;

    public void Arrived()
    {
        if (Interlocked.Decrement(ref _left) == 0) _done.TrySetResult();
    }
}

/// <summary>A unit and the call that waits for it.</summary>
internal sealed class Pending<TUnit, TAnswer>(TUnit unit, RequestKey? key, Waiter waiter, CancellationToken ct)
{
    public TUnit Unit => unit;

    /// <summary>Null when the caller named no request: a repeat is a second effect.</summary>
    public RequestKey? Key => key;

    public Guid Name { get; } = key is null ? default : Idempotency.Name(key);

    public Guid Print { get; } = key is null ? default : Idempotency.Print(key);

    /// <summary>The caller left before the unit was drawn up: it must not be done.</summary>
    public bool Abandoned => ct.IsCancellationRequested;

    /// <summary>To be read when the waiter is done.</summary>
    public Settled<TAnswer> Settled { get; private set; }

    public void Settle(Result<Once<TAnswer>> outcome) => Settle(new Settled<TAnswer>(outcome, null));

    public void Fail(Exception e) => Settle(new Settled<TAnswer>(default, e));

    private void Settle(Settled<TAnswer> settled)
    {
        Settled = settled;
        waiter.Arrived();
    }
}
