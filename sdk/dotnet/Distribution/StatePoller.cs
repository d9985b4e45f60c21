using System.Net;
using System.Net.Http.Headers;
using Busker.Kernel;

namespace Busker.Flags;

/// <summary>
/// Asks a server for the state and offers it to a client: "GET url?from=name of the state that is held" with If-None-Match.
/// The answer is 304, a state file, or the delta from that state. What fails leaves the last good state.
/// </summary>
public sealed class StatePoller(FlagClient client, HttpClient http, Uri url)
{
    private EntityTagHeaderValue? _tag;

    /// <summary>Null: the client has what the server has. Otherwise why not.</summary>
    public async Task<Fault?> PollAsync(CancellationToken stop = default)
    {
        try
        {
            var fault = await AskAsync(client.State, stop);
            // A delta that does not fit is no reason to fail while the whole state can be had.
            return fault is not null && client.State is not null ? await AskAsync(null, stop) : fault;
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return new Fault(Code.Unavailable, "STATE_UNREACHABLE", $"the state could not be fetched: {e.Message}");
        }
    }

    /// <summary>Polls now and then every interval, until it is stopped; a failure is told and tried again at the next.</summary>
    public async Task RunAsync(TimeSpan every, TimeProvider clock, Action<Fault>? failed, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(every, clock);
        do
        {
            if (await PollAsync(stop) is { } fault) failed?.Invoke(fault);
        }
        while (await timer.WaitForNextTickAsync(stop));
    }

    private async Task<Fault?> AskAsync(OpenedState? held, CancellationToken stop)
    {
        var from = held is null ? "" : $"{(url.Query.Length > 0 ? "&" : "?")}from={Convert.ToHexStringLower(held.Header.StateSha256.Span)}";
        using var request = new HttpRequestMessage(HttpMethod.Get, url.AbsoluteUri + from);
        if (held is not null && _tag is not null) request.Headers.IfNoneMatch.Add(_tag);
        using var response = await http.SendAsync(request, stop);
        if (response.StatusCode == HttpStatusCode.NotModified)
        {
            client.Confirm();
            return null;
        }

        if (!response.IsSuccessStatusCode) return new Fault(Code.Unavailable, "STATE_UNREACHABLE", $"the state could not be fetched: status {(int)response.StatusCode}");
        if (client.Offer(await response.Content.ReadAsByteArrayAsync(stop)) is { } fault) return fault;
        _tag = response.Headers.ETag;
        return null;
    }
}
