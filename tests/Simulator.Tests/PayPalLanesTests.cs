using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Busker.Simulator.Core;

namespace Busker.Simulator.Tests;

/// <summary>Concurrent PayPal merchants, a lane each, in a world that disputes much, under faults: timing must not show in the journal.</summary>
public sealed class PayPalLanesTests
{
    private static readonly string[] Faults =
    [
        "paypal POST /v2/checkout/orders drop-after p=0.03", "paypal POST /v2/payments/* status(503) count=3 skip=2", "paypal GET /v2/checkout/orders/* stale p=0.2",
        "paypal POST * drop-before p=0.01", "paypal * * truncate p=0.01", "paypal POST /v2/checkout/orders delay(1ms) p=0.05", "paypal GET * wrong-amount count=2",
    ];

    [Fact]
    public async Task The_journal_does_not_show_how_many_clients_ran_at_once_nor_how_they_dawdled()
    {
        var hurried = await RunAsync(seed: 9, operations: 1_200, lanes: 4, atOnce: 4, jitter: 0);
        var jittered = await RunAsync(seed: 9, operations: 1_200, lanes: 4, atOnce: 2, jitter: 5);
        jittered.ShouldBe(hurried);
        (await RunAsync(seed: 10, operations: 100, lanes: 4, atOnce: 4, jitter: 0)).ShouldNotBe(hurried);
    }

    private static async Task<string> RunAsync(ulong seed, int operations, int lanes, int atOnce, ulong jitter)
    {
        var scenario = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await File.WriteAllTextAsync(scenario, "name: quarrels\nseed: 1\nissuers:\n  - {bin: \"400010\", name: First Coast}\nfees:\n  paypal: {percent: 3.49, fixed: 49, dispute: 2000}\ndisputes:\n  honest: 0.4\n");
        await using var simulator = (await Simulator.Start(new() { Providers = ["paypal"], Scenario = scenario, Seed = seed })).Value;
        File.Delete(scenario);
        foreach (var fault in Faults) _ = simulator.AddFault(fault).Value;
        Lane[] all = [.. Enumerable.Range(0, lanes).Select(n => new Lane(simulator, seed, n, jitter))];
        for (var round = 0; round < 4; round++)
        {
            await Parallel.ForEachAsync(all, new ParallelOptions { MaxDegreeOfParallelism = atOnce }, async (lane, _) => await lane.RunAsync(operations / lanes / 4));
            await simulator.AdvanceAsync(TimeSpan.FromDays(9));
        }

        foreach (var lane in all) lane.Dispose();
        simulator.Discrepancies().ShouldBeEmpty();
        simulator.Charges().ShouldContain(c => c.Disputed > 0 || c.Refunded > 0);
        return Convert.ToHexString(SHA256.HashData(simulator.JournalText(byLane: true)));
    }

    private sealed class Lane : IDisposable
    {
        private readonly HttpClient _client;
        private readonly (string Id, string Secret) _keys;
        private readonly int _number;
        private readonly List<string> _captures = [];
        private readonly List<string> _holds = [];
        private readonly List<string> _orders = [];
        private Draw _draw;
        private Draw _pause;
        private int _step;

        public Lane(Simulator simulator, ulong seed, int number, ulong jitter)
        {
            var keys = simulator.Providers[0].Keys;
            (_number, _keys) = (number, (keys[0].Value, keys[1].Value));
            _draw = Draw.Of(seed, (ulong)number, "lane");
            _pause = Draw.Of(jitter, (ulong)number, "pause");
            _client = new HttpClient { BaseAddress = simulator.Address("paypal"), Timeout = Timeout.InfiniteTimeSpan };
            _client.DefaultRequestHeaders.Host = "paypal.test";
            _client.DefaultRequestHeaders.Add("Sim-Lane", $"lane{number}");
        }

        public async Task RunAsync(int operations)
        {
            for (string? token = null; token is null;)
            {
                var form = new FormUrlEncodedContent([new("grant_type", "client_credentials"), new("client_id", _keys.Id), new("client_secret", _keys.Secret)]);
                token = (await SendAsync(HttpMethod.Post, "/v1/oauth2/token", form))["access_token"]?.GetValue<string>();
                _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
            }

            for (var i = 0; i < operations; i++, _step++)
            {
                if (_pause.Chance(0.03)) await Task.Delay(1 + (int)_pause.Below(3));
                await StepAsync();
            }
        }

        private async Task StepAsync()
        {
            var money = new JsonObject { ["amount"] = Money(100 + _draw.Below(900)) };
            switch (_draw.Below(11))
            {
                case < 3: Note(_captures, "captures", await OrderAsync("CAPTURE", true)); break;
                case 3: Note(_holds, "authorizations", await OrderAsync("AUTHORIZE", true)); break;
                case 4: if ((await OrderAsync("CAPTURE", false))["id"] is { } id) await WalletAsync(id.GetValue<string>()); break;
                case 5: Note(_captures, "id", await PostAsync($"/v2/payments/authorizations/{Any(_holds)}/capture", money)); break;
                case 6: await PostAsync($"/v2/payments/authorizations/{Any(_holds)}/void", []); break;
                case 7: await PostAsync($"/v2/payments/captures/{Any(_captures)}/refund", _draw.Chance(0.5) ? money : []); break;
                case 8: await SendAsync(HttpMethod.Get, $"/v2/checkout/orders/{Any(_orders)}", null); break;
                case 9: await SendAsync(HttpMethod.Get, $"/v2/payments/captures/{Any(_captures)}", null); break;
                default: await DisputeAsync(); break;
            }
        }

        private async Task DisputeAsync()
        {
            var found = await SendAsync(HttpMethod.Get, $"/v1/customer/disputes?disputed_transaction_id={Any(_captures)}", null);
            if (found["items"]?.AsArray().FirstOrDefault()?["dispute_id"]?.GetValue<string>() is not { } id) return;
            await PostAsync($"/v1/customer/disputes/{id}/provide-evidence", new JsonObject { ["evidence_type"] = "OTHER", ["notes"] = "delivered" });
            await PostAsync($"/v1/customer/disputes/{id}/adjudicate", new JsonObject { ["adjudication_outcome"] = _draw.Chance(0.5) ? "BUYER_FAVOR" : "SELLER_FAVOR" });
        }

        private async Task WalletAsync(string order)
        {
            await SendAsync(HttpMethod.Post, "/checkoutnow", new FormUrlEncodedContent([new("token", order), new("action", "approve"), new("email", $"buyer{_number}@example.com")]));
            Note(_captures, "captures", await PostAsync($"/v2/checkout/orders/{order}/capture", []));
        }

        private async Task<JsonObject> OrderAsync(string intent, bool card)
        {
            var body = new JsonObject { ["intent"] = intent, ["purchase_units"] = new JsonArray(new JsonObject { ["custom_id"] = $"{_number}-{_step}", ["amount"] = Money(500 + _step) }) };
            if (card) body["payment_source"] = new JsonObject { ["card"] = new JsonObject { ["number"] = "4012888888881881", ["expiry"] = "2030-01" } };
            var made = await PostAsync("/v2/checkout/orders", body);
            if (made["id"] is { } id) _orders.Add(id.GetValue<string>());
            return made;
        }

        private string Any(List<string> ids) => ids.Count == 0 ? "NONE" : ids[(int)_draw.Below(ids.Count)];

        private static void Note(List<string> ids, string kind, JsonObject answer)
        {
            if (kind == "id" && answer["id"] is { } own) ids.Add(own.GetValue<string>());
            foreach (var unit in answer["purchase_units"]?.AsArray() ?? []) ids.AddRange(unit?["payments"]?[kind]?.AsArray().Select(p => p!["id"]!.GetValue<string>()) ?? []);
        }

        private static JsonObject Money(long minor) => new() { ["currency_code"] = "USD", ["value"] = PayPal.Wire.Value(minor, "USD") };

        private Task<JsonObject> PostAsync(string path, JsonObject body) => SendAsync(HttpMethod.Post, path, JsonContent.Create(body), _draw.Chance(0.1) ? _step - 1 : _step);

        private async Task<JsonObject> SendAsync(HttpMethod method, string path, HttpContent? content, int? key = null)
        {
            using var request = new HttpRequestMessage(method, path) { Content = content };
            if (key is not null) request.Headers.Add("PayPal-Request-Id", $"{_number}-{key}");
            try
            {
                using var reply = await _client.SendAsync(request);
                if (reply.Headers.Contains("Sim-Bug")) throw new InvalidOperationException($"a bug of the simulator at {path}");
                var text = await reply.Content.ReadAsByteArrayAsync();
                return reply.IsSuccessStatusCode && text.Length > 0 && text[0] == '{' ? (JsonObject)JsonNode.Parse(Encoding.UTF8.GetString(text))! : [];
            }
            catch (Exception cut) when (cut is HttpRequestException or JsonException)
            {
                return []; // The reply was cut: that is the point.
            }
        }

        public void Dispose() => _client.Dispose();
    }
}
