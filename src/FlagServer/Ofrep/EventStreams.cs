using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Busker.FlagServer.Requests;
using Busker.FlagServer.Serving;
using Microsoft.AspNetCore.Http;

namespace Busker.FlagServer.Ofrep;

/// <summary>
/// GET /ofrep/v1/events: server-sent events that say "ask again" when the state has changed. Each event's id is the state
/// it announces, so a listener that comes back (Last-Event-ID), or that asked before a change and listened after it
/// (since), is told at once. Many changes while a listener is slow are one event.
/// </summary>
internal sealed class EventStreams(StateWatch watch, Listeners listeners, FlagServerOptions options)
{
    public const string Path = "/ofrep/v1/events";
    private const int InactivityDelaySeconds = 120;
    private readonly ConcurrentDictionary<(Served, string), byte[]> _tails = new();

    /// <summary>What ends a bulk answer: where to listen.</summary>
    public ReadOnlySpan<byte> Tail(Served served, string? secret)
    {
        var key = (served, secret ?? "");
        if (_tails.TryGetValue(key, out var known)) return known;
        foreach (var old in _tails.Keys.Where(k => k.Item1 != watch.Current)) _tails.TryRemove(old, out _);
        return _tails.GetOrAdd(key, Written(served, secret ?? ""));
    }

    public async Task HandleAsync(HttpContext http)
    {
        var query = http.Request.Query;
        var channel = query["channel"].ToString();
        if (!watch.Current.HasChannel(channel))
        {
            EvaluateFlag.Refuse(http, Refusal.UnknownCredentials, null);
            return;
        }

        using var seat = listeners.TrySit();
        if (seat is null)
        {
            EvaluateFlag.Refuse(http, listeners.Full, null);
            return;
        }

        Reply.StreamHead(http, "text/event-stream");
        var known = http.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } last ? last : query["since"].ToString();
        var start = known.Length == 0 || known == watch.Current.Etag ? $"id: {watch.Current.Etag}\n" : "";
        if (known.Length == 0) known = watch.Current.Etag;
        await SayAsync(http, $"retry: 1000\n{start}\n");
        await foreach (var served in listeners.FollowAsync(known, http.RequestAborted))
        {
            if (served is null) await SayAsync(http, ": still here\n\n");
            else if (!served.HasChannel(channel)) return;
            else await SayAsync(http, Event(served));
        }
    }

    private static string Event(Served served) =>
        string.Create(CultureInfo.InvariantCulture, $"id: {served.Etag}\nevent: message\ndata: {{\"type\":\"refetchEvaluation\",\"etag\":\"{served.Etag}\",\"lastModified\":{served.LoadedAt.ToUnixTimeSeconds()}}}\n\n");

    private static async Task SayAsync(HttpContext http, string text)
    {
        await http.Response.BodyWriter.WriteAsync(Encoding.UTF8.GetBytes(text), http.RequestAborted);
    }

    private byte[] Written(Served served, string secret)
    {
        var target = $"{Path}?since={served.Etag}" + (served.IsOpen ? "" : $"&channel={served.ChannelOf(secret)}");
        using var bytes = new MemoryStream();
        bytes.Write("],\"metadata\":{},\"eventStreams\":["u8);
        using (var json = new Utf8JsonWriter(bytes, OfrepText.Plain))
        {
            json.WriteStartObject();
            json.WriteString("type", "sse");
            if (options.PublicUrl is { } seen) json.WriteString("url", seen.ToString().TrimEnd('/') + target);
            else
            {
                json.WriteStartObject("endpoint");
                json.WriteString("requestUri", target);
                json.WriteEndObject();
            }

            json.WriteNumber("inactivityDelaySec", InactivityDelaySeconds);
            json.WriteEndObject();
        }

        bytes.Write("]}"u8);
        return bytes.ToArray();
    }
}
