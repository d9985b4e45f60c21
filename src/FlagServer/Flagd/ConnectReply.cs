using System.Text.Json;
using Busker.FlagServer.Confidence;
using Busker.FlagServer.Requests;
using Microsoft.AspNetCore.Http;

namespace Busker.FlagServer.Flagd;

/// <summary>Refusals as the Connect protocol has them.</summary>
internal static class ConnectReply
{
    public static void Refuse(HttpContext http, Refusal refusal)
    {
        Reply.RetryAfter(http, refusal);
        ConfidenceReply.Send(http, refusal.Status, json => Members(json, refusal));
    }

    public static void Members(Utf8JsonWriter json, Refusal refusal)
    {
        json.WriteString("code", refusal.Status switch
        {
            400 => "invalid_argument",
            401 => "unauthenticated",
            403 => "permission_denied",
            404 => "not_found",
            429 => "resource_exhausted",
            415 or 405 => "unimplemented",
            _ => "internal",
        });
        json.WriteString("message", refusal.Message);
    }
}
