namespace Busker.Storage;

/// <summary>Wakes whoever waits, as often as set; between waits, many sets count as one.</summary>
internal sealed class Pulse
{
    private TaskCompletionSource _next = New();

    public void Set() => Interlocked.Exchange(ref _next, New()).TrySetResult();

    /// <summary>Completes at the next set after this call. Take it before looking for work, wait on it after.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    /// <returns>When set or when the time is over, whichever is first.</returns>
    public static async Task WaitAsync(Task next, TimeSpan atMost, TimeProvider clock, CancellationToken ct)
    {
        try
        {
            await next.WaitAsync(atMost, clock, ct);
        }
        catch (TimeoutException)
        {
            // the poll is due
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
