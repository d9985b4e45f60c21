using Busker.Flags;
using Busker.Kernel;

namespace Busker.FlagServer.Serving;

/// <summary>
/// Holds the state that is served and looks after its file. A new file is read, checked and compiled aside, then takes the
/// place of the old state in one step; a file that cannot be used leaves the last good state, and the reason is kept.
/// </summary>
internal sealed class StateWatch : IAsyncDisposable
{
    private readonly FlagServerOptions _options;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private volatile Served _current;
    private (long, long) _looked;
    private (long, long) _seen;
    private Task _watching = Task.CompletedTask;

    private StateWatch(FlagServerOptions options, Served first, (long, long) looked) =>
        (_options, _current, _looked, _seen) = (options, first, looked, looked);

    public Served Current => _current;

    /// <summary>Why the file that lies there now is not served; null: it is.</summary>
    public Fault? Refused { get; private set; }

    public long Taken { get; private set; } = 1;

    public long RefusedCount { get; private set; }

    /// <summary>The first state must be good: without one there is nothing to serve.</summary>
    public static Result<StateWatch> Open(FlagServerOptions options)
    {
        var looked = Stamp(options.StatePath);
        var first = Load(options);
        return first.Fault is { } fault ? fault : new StateWatch(options, first.Value, looked);
    }

    public void Start() => _watching = WatchAsync();

    /// <summary>Looks at the file now, and takes it if it is new. Cheap when it has not changed.</summary>
    /// <param name="settled">Only when it was the same at the last look: somebody may be in the middle of writing it.</param>
    public void Look(bool settled = false)
    {
        lock (_gate)
        {
            var stamp = Stamp(_options.StatePath);
            var moving = settled && stamp != _seen;
            _seen = stamp;
            if (moving || stamp == _looked) return;
            _looked = stamp;
            Take(Load(_options));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
        _current.Retire();
    }

    private void Take(Result<Served> loaded)
    {
        if (loaded.Fault is { } fault)
        {
            (Refused, RefusedCount) = (fault, RefusedCount + 1);
            _options.Say?.Invoke($"the new state file is refused, version {_current.Book.State.Version} stays: {fault.Message}");
            return;
        }

        Refused = null;
        var old = _current;
        if (old.Etag == loaded.Value.Etag) return;
        (_current, Taken) = (loaded.Value, Taken + 1);
        _options.Say?.Invoke($"version {loaded.Value.Book.State.Version} is served: {loaded.Value.Flags.Length} flags");
        old.Retire();
    }

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(_options.WatchEvery);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token)) Look(settled: true);
        }
        catch (OperationCanceledException)
        {
            // stopped
        }
    }

    private static Result<Served> Load(FlagServerOptions options)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(options.StatePath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Fault(Code.NotFound, "STATE_FILE_UNREADABLE", $"the state file {Path.GetFileName(options.StatePath)} cannot be read: {e.Message}", "state");
        }

        var state = StateSource.Read(bytes, options.Keys);
        if (state.Fault is { } unreadable) return unreadable;
        var book = FlagBook.Build(state.Value, options.Clock);
        return book.Fault is { } invalid ? invalid : new Served(book.Value, bytes, options.Clock.GetUtcNow());
    }

    // Through links, as files are often replaced by turning one.
    private static (long, long) Stamp(string path)
    {
        try
        {
            var file = new FileInfo(path);
            var real = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
            return real.Exists ? (real.LastWriteTimeUtc.Ticks, real.Length) : default;
        }
        catch (IOException)
        {
            return default;
        }
    }
}
