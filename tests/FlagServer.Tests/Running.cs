using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Busker.Experiments.V1;
using Google.Protobuf;

namespace Busker.FlagServer.Tests;

/// <summary>A flag server on a free port, over a state in a temporary file.</summary>
internal sealed class Running : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly string _folder;

    private Running(string folder, FlagHost host, List<string> said)
    {
        (_folder, Host, Said) = (folder, host, said);
        Http = new HttpClient { BaseAddress = host.Address, Timeout = Patience };
    }

    public FlagHost Host { get; }

    public HttpClient Http { get; }

    /// <summary>What the server told its operator.</summary>
    public List<string> Said { get; }

    public string StatePath => Path.Combine(_folder, "state.json");

    public string ExposurePath => Path.Combine(_folder, "exposures.jsonl");

    public static async Task<Running> StartAsync(string? state = null, Func<FlagServerOptions, FlagServerOptions>? change = null)
    {
        var folder = Directory.CreateTempSubdirectory("busker-flag-server-").FullName;
        var path = Path.Combine(folder, "state.json");
        await File.WriteAllTextAsync(path, state ?? States.Open);
        var said = new List<string>();
        var options = new FlagServerOptions
        {
            StatePath = path, Port = 0, WatchEvery = TimeSpan.FromMilliseconds(10), ExposurePath = Path.Combine(folder, "exposures.jsonl"),
            Say = text => { lock (said) said.Add(text); },
        };
        var host = await FlagHost.StartAsync(change is null ? options : change(options));
        return new Running(folder, host.Value, said);
    }

    /// <summary>As careful operators do: written beside, then put in its place.</summary>
    public void Replace(string state)
    {
        File.WriteAllText(StatePath + ".new", state);
        File.Move(StatePath + ".new", StatePath, overwrite: true);
    }

    public async Task UntilAsync(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!holds()) await Task.Delay(5, limit.Token);
    }

    public async Task<Answered> PostAsync(string path, string body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json")) };
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue();
        using var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new((int)response.StatusCode, text, response.Headers);
    }

    public Task<Answered> FlagAsync(string key, string context, params (string, string)[] headers) =>
        PostAsync($"ofrep/v1/evaluate/flags/{key}", $$$"""{"context":{{{context}}}}""", headers);

    public Task<Answered> FlagsAsync(string context, params (string, string)[] headers) =>
        PostAsync("ofrep/v1/evaluate/flags", $$$"""{"context":{{{context}}}}""", headers);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Host.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

internal sealed record Answered(int Status, string Text, HttpResponseHeaders Headers)
{
    public JsonNode Json => JsonNode.Parse(Text)!;

    public string? Header(string name) => Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;
}

internal static class States
{
    /// <summary>Without clients: everybody sees every flag.</summary>
    public static readonly string Open = State("7", "", "");

    /// <summary>Client "web" has the secret "web-secret" and does not see the flag "internal"; "back" has "back-secret".</summary>
    public static readonly string Closed = State("8", $$$"""
        "clients": [{"name": "web", "credentials": [{"name": "a", "secretSha256": "{{{Sha("web-secret")}}}"}]},
                    {"name": "back", "credentials": [{"name": "b", "secretSha256": "{{{Sha("back-secret")}}}"}]}],
        """, "");

    /// <summary>The flag "banner" says something else.</summary>
    public static string Banner(string text, string version = "9") => State(version, "", "", text);

    public static byte[] Bytes(string state) => FlagState.Parser.ParseJson(state).ToByteArray();

    private static string Sha(string secret) => Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    private static string State(string version, string clients, string more, string banner = "hello") => $$$$$$"""
        {"account": "test", "version": "{{{{{{version}}}}}}", {{{{{{clients}}}}}}
         "flags": [
           {"name": "banner", "state": "ACTIVE", "schema": {"scalar": "STRING"}, "clients": ["*"], "defaultVariant": "text",
            "variants": [{"name": "text", "value": {{{{{{JsonSerializer.Serialize(banner)}}}}}}}], "metadata": {"owner": "growth", "size": 3, "old": false, "list": [1]}},
           {"name": "checkout", "state": "ACTIVE", "schema": {"struct": {"fields": {"color": {"scalar": "STRING"}, "size": {"scalar": "INT"} } } }, "clients": ["*"],
            "variants": [{"name": "red", "value": {"color": "red", "size": 12}}, {"name": "blue", "value": {"color": "blue"}}],
            "rules": [{"name": "split", "enabled": true, "kind": "EXPERIMENT", "targeting": {"criterion": {"attribute": "country", "oneOf": {"values": [{"string": "SE"}]}}},
              "assignment": {"bucketCount": 100, "assignments": [{"id": "r", "ranges": [{"upper": 50}], "variant": "red"}, {"id": "b", "ranges": [{"lower": 50, "upper": 100}], "variant": "blue"}]}}]},
           {"name": "limit", "state": "ACTIVE", "schema": {"scalar": "INT"}, "clients": ["*"], "defaultVariant": "low",
            "variants": [{"name": "low", "value": 10}, {"name": "high", "value": 9007199254740992}],
            "rules": [{"name": "premium", "enabled": true, "targeting": {"criterion": {"attribute": "plan", "equalTo": {"value": {"string": "premium"}}}},
              "assignment": {"bucketCount": 1, "assignments": [{"id": "h", "ranges": [{"upper": 1}], "variant": "high"}]}}]},
           {"name": "ratio", "state": "ACTIVE", "schema": {"scalar": "DOUBLE"}, "clients": ["*"], "defaultVariant": "half", "variants": [{"name": "half", "value": 0.5}]},
           {"name": "on/off", "state": "ACTIVE", "schema": {"scalar": "BOOL"}, "clients": ["*"], "variants": [{"name": "on", "value": true}],
            "rules": [{"name": "all", "enabled": true, "everyone": true, "assignment": {"bucketCount": 1, "assignments": [{"id": "a", "ranges": [{"upper": 1}], "variant": "on"}]}}]},
           {"name": "asleep", "state": "DISABLED", "schema": {"scalar": "BOOL"}, "clients": ["*"], "variants": [{"name": "on", "value": true}]},
           {"name": "gone", "state": "ARCHIVED", "schema": {"scalar": "BOOL"}, "clients": ["*"]},
           {"name": "internal", "state": "ACTIVE", "schema": {"scalar": "BOOL"}, "clients": ["back"], "defaultVariant": "on", "variants": [{"name": "on", "value": true}]},
           {"name": "mail", "state": "ACTIVE", "schema": {"scalar": "BOOL"}, "clients": ["*"], "defaultVariant": "off", "variants": [{"name": "on", "value": true}, {"name": "off", "value": false}],
            "rules": [{"name": "pattern", "enabled": true, "targeting": {"criterion": {"attribute": "email", "matches": {"regex": "^(a+)+b(x*)*$"}}},
              "assignment": {"bucketCount": 1, "assignments": [{"id": "a", "ranges": [{"upper": 1}], "variant": "on"}]}}]}{{{{{{more}}}}}}]}
        """;
}
