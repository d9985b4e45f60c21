using System.Text;
using System.Text.Json.Nodes;
using Busker.Catalog.Documents;
using Busker.Common.V1;
using Busker.Rpc;
using Busker.Support;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Busker.Host.Tests;

/// <summary>Every stream that the host answers, walked by its descriptor: while two tenants change the same things, each hears its own.</summary>
public sealed class StreamIsolationTests
{
    private const string Acme = "a-mark-of-acme", Rival = "a-mark-of-rival";

    [Fact]
    public async Task No_stream_tells_what_is_anothers()
    {
        await using var house = await House.OpenAsync();
        var (acme, rival) = (await house.TenantAsync("Acme"), await house.TenantAsync("Rival"));
        await PublishAsync(house, acme, Acme);
        await PublishAsync(house, rival, Rival);
        await SetPlanAsync(house, acme, Acme);
        await SetPlanAsync(house, rival, Rival);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var streams = (await Task.WhenAll(Streams(house).Select(m => RequestsAsync(house, rival, m)))).SelectMany(s => s).ToList();
        var heard = Task.WhenAll(streams.Select(s => HearAsync(house, rival, s.Path, s.Json, patience.Token)));
        for (var i = 0; !heard.IsCompleted; i++)
        {
            await SetPlanAsync(house, acme, $"{Acme}-{i}");
            await SetPlanAsync(house, rival, $"{Rival}-{i}");
        }

        var told = await heard;
        streams.Select(s => s.Path.Split('/')[^1]).Distinct().Order().ShouldBe(["ExportDataset", "WatchCatalog", "WatchFacts", "WatchPulse"]);
        told.ShouldAllBe(text => !text.Contains(Acme));
        told.Count(text => text.Contains(Rival, StringComparison.Ordinal)).ShouldBeGreaterThanOrEqualTo(5); // it would have been seen
    }

    private static IEnumerable<MethodDescriptor> Streams(House house) => house.Host.Services.GetServices<RpcRegistration>()
        .SelectMany(r => r.Service.Methods).Where(m => m.IsServerStreaming && m.GetOptions()?.GetExtension(OptionsExtensions.Rule) is not null);

    /// <summary>What to ask a stream for: every dataset of the export, everything of the others.</summary>
    private static async Task<IEnumerable<(string Path, string Json)>> RequestsAsync(House house, string secret, MethodDescriptor method)
    {
        var path = $"/{method.Service.FullName}/{method.Name}";
        if (method.Name != "ExportDataset") return [(path, method.InputType.FindFieldByName("sample_size") is null ? "{}" : """{"sampleSize":100}""")];
        var (_, described) = await house.AskAsync(secret, "/busker.datasets.v1.Datasets/DescribeDatasets", "{}");
        return JsonNode.Parse(described)!["datasets"]!.AsArray().Select(d => (path, $$"""{"dataset":"{{d!["name"]}}","format":"FORMAT_CSV"}"""));
    }

    /// <summary>Listens until the stream ends or has told something of the listener's own.</summary>
    private static async Task<string> HearAsync(House house, string secret, string path, string json, CancellationToken ct)
    {
        var all = new StringBuilder();
        await foreach (var message in house.WatchAsync(secret, path, json, ct))
        {
            all.Append(JsonNode.Parse(message)!["data"] is { } data ? Encoding.UTF8.GetString(Convert.FromBase64String((string)data!)) : message);
            if (message.Contains(Rival, StringComparison.Ordinal)) break;
        }

        return all.ToString();
    }

    private static async Task SetPlanAsync(House house, string secret, string listener) =>
        await DoAsync(house, secret, "entitlements.v1.Entitlements/SetListenerPlan", $$"""{"requestId":"{{listener}}","listenerId":"{{listener}}","plan":"free","market":"WORLD"}""");

    private static async Task PublishAsync(House house, string secret, string note)
    {
        var document = (await DocumentFile.ReadAsync(Path.Combine(Checkout.Root, "samples", "catalogs", "tiny.yaml"), default)).Value;
        var draft = JsonNode.Parse(await DoAsync(house, secret, "catalog.v1.Catalog/CreateDraft",
            $$"""{"requestId":"p1","note":"{{note}}","document":{{JsonFormatter.Default.Format(document)}}}"""))!;
        await DoAsync(house, secret, "catalog.v1.Catalog/PublishDraft", $$"""{"requestId":"p2","draftId":"{{draft["draftId"]}}","etag":"{{draft["etag"]}}"}""");
    }

    private static async Task<string> DoAsync(House house, string secret, string method, string json)
    {
        var (status, body) = await house.AskAsync(secret, $"/busker.{method}", json);
        status.ShouldBe(System.Net.HttpStatusCode.OK, body);
        return body;
    }
}
