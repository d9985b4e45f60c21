using Busker.Kernel;

namespace Busker.Storage;

/// <summary>A unit and the caller who waits for it.</summary>
internal sealed class Pending<TUnit, TAnswer>(TUnit unit, RequestKey? key, CancellationToken ct)
{
    private readonly TaskCompletionSource<Result<Once<TAnswer>>> _outcome =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TUnit Unit => unit;

    /// <summary>Null when the caller named no request: a repeat is a second effect.</summary>
    public RequestKey? Key => key;

    public Guid Name { get; } = key is null ? default : Idempotency.Name(key);

    public Guid Print { get; } = key is null ? default : Idempotency.Print(key);

    /// <summary>The caller left before the unit was drawn up: it must not be done.</summary>
    public bool Abandoned => ct.IsCancellationRequested;

    public Task<Result<Once<TAnswer>>> Outcome => _outcome.Task;

    public void Settle(Result<Once<TAnswer>> outcome) => _outcome.TrySetResult(outcome);

    public void Fail(Exception e) => _outcome.TrySetException(e);
}
