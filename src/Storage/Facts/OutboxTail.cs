using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Busker.Storage;

/// <summary>
/// Facts as they are committed, for those who watch (streams, the console). One reader per host serves all watchers.
/// Open a watch first and read the state after: then every change is in the state or comes as a fact, or both.
/// </summary>
public sealed class OutboxTail : IAsyncDisposable
{
    private const int PageMax = 500;
    private static readonly TimeSpan PollDefault = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(5);

    private readonly Db _db;
    private readonly LogReader _log;
    private readonly TimeSpan _poll;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<FactWatch, bool> _watches = new();
    private readonly Lazy<Task> _running;

    /// <summary>Reads nothing yet: a host makes it before it has migrated. The first watch starts the reading.</summary>
    public OutboxTail(Db db) : this(db, PollDefault)
    {
    }

    /// <param name="db">Whose log.</param>
    /// <param name="poll">How often to look though nobody called: a signal may be lost.</param>
    internal OutboxTail(Db db, TimeSpan poll)
    {
        (_db, _log, _poll) = (db, new LogReader(db, []), poll);
        _running = new Lazy<Task>(() => Task.Run(RunAsync));
    }

    /// <param name="scope">Only facts of this scope; null: of all.</param>
    /// <param name="kinds">Only these kinds; empty: all.</param>
    /// <param name="ct">Cancels the opening.</param>
    public async Task<FactWatch> OpenAsync(Guid? scope, IReadOnlyCollection<string> kinds, CancellationToken ct)
    {
        _db.Signal.Hear();
        _ = _running.Value;
        await _ready.Task.WaitAsync(ct);
        var watch = new FactWatch(scope, kinds, w => _watches.TryRemove(w, out _));
        _watches.TryAdd(watch, true);
        return watch;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_running.IsValueCreated) await _running.Value;
        foreach (var watch in _watches.Keys) watch.End();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var cursor = -1L;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (cursor < 0) cursor = await StartAsync(_stop.Token);
                var wake = _db.Facts.Next;
                var page = await _db.ReadAsync((tx, ct) => _log.ReadAsync(tx, cursor, PageMax, ct), _stop.Token);
                foreach (var fact in page.Facts)
                    foreach (var watch in _watches.Keys)
                        watch.Tell(fact);
                await _log.NoteAsync(page, _stop.Token);
                var moved = page.Position > cursor;
                cursor = page.Position;
                if (page.Blocked || !moved) await Pulse.WaitAsync(wake, page.Blocked ? Soon : _poll, _db.Clock, _stop.Token);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (DatabaseUnavailableException)
            {
                await Task.Delay(PollDefault, _db.Clock, CancellationToken.None);
            }
        }
    }

    /// <summary>Begins at the end of the log, when nobody is under way any more who might write below it.</summary>
    private async Task<long> StartAsync(CancellationToken ct)
    {
        var (end, id) = await _db.InTransactionAsync(async (tx, token) =>
        {
            var last = await tx.OneAsync("select coalesce(max(position), 0) from storage.outbox", [], r => r.GetInt64(0), token);
            return (last, await tx.OneAsync("select pg_current_xact_id()", [], r => r.GetFieldValue<ulong>(0), token));
        }, ct);
        while (await _db.ReadAsync((tx, token) => tx.OneAsync(
            "select pg_snapshot_xmin(pg_current_snapshot())", [], r => r.GetFieldValue<ulong>(0), token), ct) <= id)
            await Task.Delay(Soon, _db.Clock, ct);
        _ready.TrySetResult();
        return end;
    }
}

/// <summary>One watcher's view of the tail. A watcher that falls too far behind is ended, and must begin anew.</summary>
public sealed class FactWatch : IAsyncDisposable
{
    private const int BehindMax = 4096;

    private readonly Channel<Fact> _facts = Channel.CreateBounded<Fact>(
        new BoundedChannelOptions(BehindMax) { SingleReader = true, SingleWriter = true });

    private readonly Guid? _scope;
    private readonly HashSet<string> _kinds;
    private readonly Action<FactWatch> _closed;

    internal FactWatch(Guid? scope, IReadOnlyCollection<string> kinds, Action<FactWatch> closed) =>
        (_scope, _kinds, _closed) = (scope, [.. kinds], closed);

    /// <summary>True after the stream ended because the watcher was too slow: read the state anew and open another.</summary>
    public bool FellBehind { get; private set; }

    /// <summary>Facts from the opening on, in order. Ends when the host stops or the watcher fell behind.</summary>
    public async IAsyncEnumerable<Fact> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var fact in _facts.Reader.ReadAllAsync(ct)) yield return fact;
    }

    public ValueTask DisposeAsync()
    {
        _closed(this);
        End();
        return ValueTask.CompletedTask;
    }

    internal void Tell(Fact fact)
    {
        if (_scope is { } scope && scope != fact.Scope) return;
        if (_kinds.Count > 0 && !_kinds.Contains(fact.Kind)) return;
        if (_facts.Writer.TryWrite(fact)) return;
        FellBehind = true;
        End();
    }

    internal void End() => _facts.Writer.TryComplete();
}
