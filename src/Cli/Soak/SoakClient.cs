using System.Net.Http.Headers;
using Google.Protobuf;

namespace Busker.Cli.Soak;

/// <summary>Calls a host over the wire (Connect, binary). What a caller cannot know it does not guess.</summary>
internal sealed class SoakClient(SoakField field) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(2) })
    {
        Timeout = TimeSpan.FromSeconds(5),
    };

    /// <summary>What came back.</summary>
    /// <param name="Value">the answer; null when the outcome is not known or the host asked to come again</param>
    /// <param name="Replayed">it is the first answer of an earlier call</param>
    internal readonly record struct Answer<T>(T? Value, bool Replayed) where T : class;

    /// <exception cref="InvalidOperationException">a refusal that asking again would not change</exception>
    public async Task<Answer<T>> AskAsync<T>(int host, string method, IMessage request, CancellationToken ct) where T : class, IMessage<T>, new()
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(field.Address(host), method))
        {
            Content = new ByteArrayContent(request.ToByteArray()) { Headers = { ContentType = new MediaTypeHeaderValue("application/proto") } },
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", field.Key) },
        };
        try
        {
            using var response = await _http.SendAsync(message, ct);
            var body = await response.Content.ReadAsByteArrayAsync(ct);
            if (response.IsSuccessStatusCode)
                return new(new MessageParser<T>(() => new T()).ParseFrom(body), response.Headers.Contains("idempotency-replayed"));
            // Unavailable, in progress, overloaded, timed out, or lost on the way: ask again with the same request id.
            return (int)response.StatusCode is 408 or 409 or 429 or >= 500
                ? default(Answer<T>)
                : throw new InvalidOperationException($"{method}: {System.Text.Encoding.UTF8.GetString(body)}");
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is TaskCanceledException && !ct.IsCancellationRequested))
        {
            return default;
        }
    }

    /// <summary>Asks one host after the other, with the same request, until one knows the answer.</summary>
    public async Task<(T Value, bool Replayed, int Attempts)> AskUntilAnsweredAsync<T>(int host, string method, IMessage request, CancellationToken ct)
        where T : class, IMessage<T>, new()
    {
        for (var attempt = 1; ; attempt++)
        {
            var answer = await AskAsync<T>(host % field.Hosts, method, request, ct);
            if (answer.Value is { } value) return (value, answer.Replayed, attempt);
            await Task.Delay(Math.Min(20 * attempt, 200), ct);
            host++;
        }
    }

    public void Dispose() => _http.Dispose();
}
