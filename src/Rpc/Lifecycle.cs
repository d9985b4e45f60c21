using Microsoft.Extensions.Hosting;

namespace Busker.Rpc;

/// <summary>Whether the host takes calls, and how many are inside. Stopping ends streams and lets unary calls finish.</summary>
public sealed class Lifecycle(IHostApplicationLifetime host)
{
    private long _inFlight;

    /// <summary>Cancelled when the host was asked to stop.</summary>
    public CancellationToken Stopping => host.ApplicationStopping;

    /// <summary>Takes calls: started, and not asked to stop.</summary>
    public bool IsServing => host.ApplicationStarted.IsCancellationRequested && !host.ApplicationStopping.IsCancellationRequested;

    public long InFlight => Interlocked.Read(ref _inFlight);

    internal Flight Enter()
    {
        Interlocked.Increment(ref _inFlight);
        return new Flight(this);
    }

    internal readonly struct Flight(Lifecycle owner) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref owner._inFlight);
    }
}
