using System.Buffers.Binary;
using System.Text;
using Busker.FlagServer.Requests;
using Busker.FlagServer.Serving;
using Microsoft.AspNetCore.Http;

namespace Busker.FlagServer.Flagd;

/// <summary>flagd.evaluation.v1 EventStream over Connect: provider_ready at once, configuration_change when the state has changed.</summary>
internal sealed class EventStream(StateWatch watch, Admission admission, Listeners listeners)
{
    private const byte EndOfStream = 2;

    public async Task HandleAsync(HttpContext http)
    {
        var first = watch.Current;
        var secret = Admission.Secret(http, first);
        using (await RequestBody.ReadAsync(http)) { } // an empty message
        http.Response.Headers.ContentType = "application/connect+json";
        if (admission.BySecret(secret, first, out var refusal) is null)
        {
            await EndAsync(http, refusal);
            return;
        }

        using var seat = listeners.TrySit();
        if (seat is null)
        {
            await EndAsync(http, listeners.Full);
            return;
        }

        Reply.StreamHead(http, "application/connect+json");
        await SayAsync(http, 0, "{\"type\":\"provider_ready\"}");
        await foreach (var served in listeners.FollowAsync(first.Etag, http.RequestAborted))
        {
            if (served is null) await SayAsync(http, 0, "{\"type\":\"keep_alive\"}");
            else if (served.CallerOf(secret) is null) break;
            else await SayAsync(http, 0, "{\"type\":\"configuration_change\",\"data\":{}}");
        }

        if (!http.RequestAborted.IsCancellationRequested) await EndAsync(http, null);
    }

    // Errors of a stream come in its last envelope, under status 200.
    private static Task EndAsync(HttpContext http, Refusal? refusal)
    {
        if (refusal is null) return SayAsync(http, EndOfStream, "{}");
        using var bytes = new MemoryStream();
        using (var json = new System.Text.Json.Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteStartObject("error");
            ConnectReply.Members(json, refusal);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return SayAsync(http, EndOfStream, Encoding.UTF8.GetString(bytes.ToArray()));
    }

    private static async Task SayAsync(HttpContext http, byte flags, string json)
    {
        var frame = new byte[5 + Encoding.UTF8.GetByteCount(json)];
        frame[0] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), frame.Length - 5);
        Encoding.UTF8.GetBytes(json, frame.AsSpan(5));
        await http.Response.BodyWriter.WriteAsync(frame, http.RequestAborted);
    }
}
