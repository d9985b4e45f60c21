using System.Globalization;
using Npgsql;

namespace Busker.Storage;

/// <summary>
/// Tells the other hosts that facts were committed here, and hears it from them, by NOTIFY: a hint that saves waiting for the
/// next poll, and no more. It is sent after the commit and gathers what was committed meanwhile, so no write waits for it.
/// </summary>
internal sealed class FactSignal(Func<CancellationToken, ValueTask<NpgsqlConnection>> open, Pulse facts, TimeProvider clock) : IAsyncDisposable
{
    private const string Channel = "busker_facts";
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    private readonly string _host = Guid.CreateVersion7().ToString("n", CultureInfo.InvariantCulture);
    private readonly CancellationTokenSource _stop = new();
    private readonly Pulse _told = new();
    private readonly Lock _gate = new();
    private Task? _telling;
    private Task? _hearing;

    /// <summary>Facts were committed on this host.</summary>
    public void Tell()
    {
        if (_telling is null)
        {
            lock (_gate)
                if (!_stop.IsCancellationRequested) _telling ??= Task.Run(TellAsync);
        }

        _told.Set();
    }

    /// <summary>From now on facts of other hosts wake this host's readers too.</summary>
    public void Hear()
    {
        lock (_gate)
            if (!_stop.IsCancellationRequested) _hearing ??= Task.Run(HearAsync);
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate) _stop.Cancel();
        foreach (var loop in new[] { _telling, _hearing })
            if (loop is not null) await loop;
        _stop.Dispose();
    }

    private Task TellAsync() => KeepAsync(async () =>
    {
        var next = _told.Next;
        await using (var connection = await open(_stop.Token))
        await using (var command = new NpgsqlCommand("select pg_notify($1, $2)", connection) { Parameters = { new() { Value = Channel }, new() { Value = _host } } })
            await command.ExecuteNonQueryAsync(_stop.Token);
        await Task.Delay(Gather, clock, _stop.Token);
        await next.WaitAsync(_stop.Token);
    });

    private Task HearAsync() => KeepAsync(async () =>
    {
        await using var connection = await open(_stop.Token);
        connection.Notification += (_, told) =>
        {
            if (told.Payload != _host) facts.Set();
        };
        await using (var listen = new NpgsqlCommand($"listen {Channel}", connection)) await listen.ExecuteNonQueryAsync(_stop.Token);
        facts.Set(); // what was told before anybody listened
        while (true) await connection.WaitAsync(_stop.Token);
    });

    /// <summary>Does it over and over until the end; while the database is away, readers poll.</summary>
    private async Task KeepAsync(Func<Task> step)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await step();
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e.Trouble() != Trouble.Other)
            {
                await Task.WhenAny(Task.Delay(Again, clock, _stop.Token));
            }
        }
    }
}
