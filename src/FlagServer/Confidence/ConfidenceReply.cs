using System.Text.Json;
using Busker.FlagServer.Ofrep;
using Busker.FlagServer.Requests;
using Microsoft.AspNetCore.Http;

namespace Busker.FlagServer.Confidence;

/// <summary>Refusals as the JSON of a google.rpc.Status.</summary>
internal static class ConfidenceReply
{
    public static void Refuse(HttpContext http, Refusal refusal)
    {
        Reply.RetryAfter(http, refusal);
        Send(http, refusal.Status, json =>
        {
            json.WriteNumber("code", refusal.Status switch { 400 => 3, 401 => 16, 403 => 7, 404 => 5, 429 => 8, _ => 13 });
            json.WriteString("message", refusal.Message);
            json.WriteStartArray("details");
            json.WriteEndArray();
        });
    }

    public static void Send(HttpContext http, int status, Action<Utf8JsonWriter> members)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, OfrepText.Plain))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        Reply.Send(http, status, bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }
}
