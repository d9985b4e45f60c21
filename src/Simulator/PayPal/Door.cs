using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Busker.Simulator.Core;
using Microsoft.AspNetCore.WebUtilities;

namespace Busker.Simulator.PayPal;

/// <summary>OAuth 2 with client credentials: tokens that last nine hours, with the scopes that were asked for.</summary>
internal sealed class Door(PayPalBox box)
{
    private const long LifeMs = 32_400_000;
    private const string Any = "https://uri.paypal.com/services/";

    private static readonly (string Path, string Scope)[] Needed =
    [
        ("/v2/", Any + "payments/payment"), ("/v3/vault/", Any + "vault/payment-tokens/readwrite"), ("/v1/customer/disputes", Any + "disputes/update-seller"),
        ("/v1/notifications/", Any + "applications/webhooks"), ("/v1/reporting/", Any + "reporting/search/read"), ("/ppreports/", Any + "reporting/search/read"),
    ];

    private static readonly string All = string.Join(' ', ["https://api.paypal.com/v1/payments/.*", .. Needed.Select(n => n.Scope).Distinct(), Any + "disputes/read-seller", "openid"]);
    private readonly Dictionary<string, (long ExpiresMs, string[] Scopes)> _tokens = [];

    public string Client { get; } = Ids.From(box.Stage.Seed, "paypal", "client", "A", 79);
    public string Secret { get; } = Ids.From(box.Stage.Seed, "paypal", "secret", "E", 79);

    public Endpoint Endpoint => new("POST", "/v1/oauth2/token", Token, "client credentials by Basic or in the form, scopes, nine hours", "authorization codes, id tokens, refresh tokens");

    /// <summary>Null when the request may come in.</summary>
    public Answer? Refusal(Ask ask, string debugId)
    {
        var header = ask.Header("Authorization");
        if (string.IsNullOrEmpty(header)) return PayPalError.Plain(401).Answer(debugId);
        if (!header.StartsWith("Bearer ", StringComparison.Ordinal) || !_tokens.TryGetValue(header[7..], out var token)) return Wrong(401, "invalid_token", "Token signature verification failed", debugId);
        if (ask.AtMs >= token.ExpiresMs)
        {
            _tokens.Remove(header[7..]);
            return Wrong(401, "invalid_token", "The token passed in was not found in the system", debugId);
        }

        var needed = Array.Find(Needed, n => ask.Path.StartsWith(n.Path, StringComparison.Ordinal)).Scope;
        return needed is null || token.Scopes.Contains(needed) ? null : PayPalError.Of("PERMISSION_DENIED", null, null, null).Answer(debugId);
    }

    private Answer Token(Ask ask)
    {
        var debugId = PayPalProvider.DebugId(ask);
        var form = QueryHelpers.ParseQuery(ask.BodyText);
        string? Text(string name) => form.TryGetValue(name, out var value) ? value.ToString() : null;
        if (Credentials(ask, Text("client_id"), Text("client_secret")) != (Client, Secret)) return Wrong(401, "invalid_client", "Client Authentication failed", debugId);
        if (Text("grant_type") is not { } grant) return Wrong(400, "invalid_request", "Missing grant_type parameter", debugId);
        if (grant != "client_credentials") return Wrong(400, "unsupported_grant_type", "Grant Type is NULL", debugId);
        var asked = Text("scope")?.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var scopes = asked is { Length: > 0 } ? asked : All.Split(' ');
        if (Array.Find(scopes, s => !All.Split(' ').Contains(s)) is not null) return Wrong(400, "invalid_scope", "Requested scope is invalid, unknown, malformed, or exceeds the scope granted by the resource owner", debugId);
        var token = ask.NewId("A21AA", 92);
        _tokens[token] = (ask.AtMs + LifeMs, scopes);
        return Wire.Json(200, new JsonObject
        {
            ["scope"] = string.Join(' ', scopes), ["access_token"] = token, ["token_type"] = "Bearer", ["app_id"] = "APP-80W284485P519543T", ["expires_in"] = LifeMs / 1000,
            ["nonce"] = Wire.Time(ask.AtMs) + ask.NewId("", 43),
        }).With("Paypal-Debug-Id", debugId);
    }

    private static (string?, string?) Credentials(Ask ask, string? id, string? secret)
    {
        if (ask.Header("Authorization") is not { } header || !header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)) return (id, secret);
        var bytes = new byte[header.Length];
        if (!Convert.TryFromBase64String(header[6..], bytes, out var length)) return default;
        var pair = Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2);
        return pair.Length == 2 ? (pair[0], pair[1]) : default;
    }

    private static Answer Wrong(int status, string error, string description, string debugId) =>
        Wire.Json(status, new JsonObject { ["error"] = error, ["error_description"] = description }).With("Paypal-Debug-Id", debugId);
}
