using System.Net;
using System.Net.Http.Headers;
using System.Threading.Channels;
using Busker.Entitlements.V1;
using Google.Protobuf;

namespace Busker.Caps;

/// <summary>
/// Consumes caps for many callers of one process over few connections: what is asked while a message is on its way goes
/// together in the next (ConsumeCaps). A caller asks once and gets its own, durable outcome; waiting for others is never longer
/// than the message before.
/// </summary>
public sealed class CapClient : IAsyncDisposable
{
    private static readonly MediaTypeHeaderValue Proto = new("application/proto");
    private static readonly Uri Method = new("busker.entitlements.v1.Entitlements/ConsumeCaps", UriKind.Relative);

    private readonly HttpClient _http;
    private readonly CapClientLimits _limits;
    private readonly Channel<Asked> _queue;
    private readonly Task _sending;

    /// <param name="http">With the host as its base address and the key as its authorization. Stays the caller's.</param>
    /// <param name="limits">How much goes together.</param>
    public CapClient(HttpClient http, CapClientLimits? limits = null)
    {
        (_http, _limits) = (http, limits ?? new CapClientLimits());
        _queue = Channel.CreateUnbounded<Asked>();
        _sending = Task.WhenAll(Enumerable.Range(0, _limits.InFlightMax).Select(_ => Task.Run(SendAllAsync)));
    }

    private sealed class Asked(ConsumeCapRequest request, CancellationToken ct)
        : TaskCompletionSource<ConsumeCapResponse>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public ConsumeCapRequest Request => request;

        public bool Left => ct.IsCancellationRequested;
    }

    /// <summary>Asks once. After any failure but a refusal the same request may be asked again: its id makes that safe.</summary>
    /// <param name="request">Without a request id it is given one that sorts by time, which the host stores at the least cost.</param>
    /// <param name="ct">Leaving before the message is made withdraws the request; leaving later does not.</param>
    /// <exception cref="CapRefusedException">The host refused this request.</exception>
    /// <exception cref="HttpRequestException">The host could not be reached, or refused the whole message.</exception>
    public Task<ConsumeCapResponse> ConsumeAsync(ConsumeCapRequest request, CancellationToken ct = default)
    {
        ct.ThrowIfCancellationRequested();
        if (request.RequestId.Length == 0) request.RequestId = Guid.CreateVersion7().ToString("N");
        var asked = new Asked(request, ct);
        ObjectDisposedException.ThrowIf(!_queue.Writer.TryWrite(asked), this);
        return ct.CanBeCanceled ? asked.Task.WaitAsync(ct) : asked.Task;
    }

    /// <summary>Sends what was asked, and takes no more.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _sending;
    }

    private async Task SendAllAsync()
    {
        while (await _queue.Reader.WaitToReadAsync())
        {
            await Task.Yield(); // callers just answered are about to ask again: they come along
            var (batch, message) = Draw();
            if (batch.Count > 0) await SendAsync(batch, message);
        }
    }

    private (List<Asked> Batch, ConsumeCapsRequest Message) Draw()
    {
        var (batch, message) = (new List<Asked>(), new ConsumeCapsRequest());
        while (batch.Count < _limits.BatchMax && _queue.Reader.TryRead(out var asked))
        {
            if (asked.Left) continue;
            batch.Add(asked);
            message.Requests.Add(asked.Request);
        }

        return (batch, message);
    }

    private async Task SendAsync(List<Asked> batch, ConsumeCapsRequest message)
    {
        try
        {
            using var content = new ByteArrayContent(message.ToByteArray()) { Headers = { ContentType = Proto } };
            using var response = await _http.PostAsync(Method, content);
            if (response.StatusCode != HttpStatusCode.OK) throw await RefusedAsync(response);
            var results = ConsumeCapsResponse.Parser.ParseFrom(await response.Content.ReadAsByteArrayAsync()).Results;
            if (results.Count != batch.Count) throw new HttpRequestException($"{results.Count} results came for {batch.Count} requests");
            for (var i = 0; i < batch.Count; i++)
            {
                if (results[i].Refusal is { } refusal) batch[i].TrySetException(new CapRefusedException(refusal));
                else batch[i].TrySetResult(results[i].Response);
            }
        }
#pragma warning disable CA1031 // whatever one message met, its callers hear of it, and the next goes out
        catch (Exception e)
#pragma warning restore CA1031
        {
            foreach (var asked in batch) asked.TrySetException(e);
        }
    }

    private static async Task<HttpRequestException> RefusedAsync(HttpResponseMessage response) =>
        new($"the host refused: {await response.Content.ReadAsStringAsync()}", null, response.StatusCode);
}
