using Busker.Experiments.V1;
using Busker.Flags;

namespace Busker.FlagServer.Exposures;

/// <summary>
/// Exposures on their way to a file or to standard output: one batch a line, as the JSON of an ExposureBatch. A batch is
/// acknowledged after it was written, so what cannot be written waits; what does not fit is dropped, counted and leaves a gap.
/// </summary>
internal sealed class ExposureLog : IAsyncDisposable
{
    private readonly FlagServerOptions _options;
    private readonly CancellationTokenSource _stop = new();
    private Task _writing = Task.CompletedTask;

    public ExposureLog(FlagServerOptions options)
    {
        _options = options;
        Buffer = options.ExposurePath is null ? null : new ExposureBuffer(options.Clock, options.ExposureCapacity);
    }

    /// <summary>Null: nobody wants exposures.</summary>
    public ExposureBuffer? Buffer { get; }

    public long Written { get; private set; }

    /// <summary>Why the last batch could not be written; null: it was.</summary>
    public string? Problem { get; private set; }

    public void Add(in Answer answer, EvaluationContext context, Caller caller)
    {
        if (Buffer is not null && answer.ShouldApply) Buffer.Add(ExposureTokens.Of(answer, context, caller.Client));
    }

    public void Add(IEnumerable<Exposure> exposures)
    {
        if (Buffer is null) return;
        foreach (var exposure in exposures) Buffer.Add(exposure);
    }

    public void Start()
    {
        if (Buffer is not null) _writing = WriteAsync(Buffer);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _writing;
        if (Buffer is not null) await DrainAsync(Buffer);
        _stop.Dispose();
    }

    private async Task WriteAsync(ExposureBuffer buffer)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token)) await DrainAsync(buffer);
        }
        catch (OperationCanceledException)
        {
            // what still waits is written when the log is closed
        }
    }

    private async Task DrainAsync(ExposureBuffer buffer)
    {
        while (buffer.Peek() is { } batch)
        {
            try
            {
                var line = batch + "\n";
                if (_options.ExposurePath == "-") await Console.Out.WriteAsync(line);
                else await File.AppendAllTextAsync(_options.ExposurePath!, line);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                if (Problem is null) _options.Say?.Invoke($"exposures cannot be written and wait: {e.Message}");
                Problem = e.Message;
                return;
            }

            Problem = null;
            Written += batch.Exposures.Count;
            buffer.Acknowledge(batch.Exposures[^1].Sequence);
        }
    }
}
