using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Busker.Simulator.Core;

namespace Busker.Simulator.Tests;

/// <summary>
/// Concurrent clients, a lane each, doing everything in a random order under faults. What each does is drawn from its lane; how long
/// it waits in between, and how many run at once, is the machine's timing, which must not show in the journal.
/// </summary>
internal sealed class LaneWorkload(Simulator simulator, int jitter)
{
    private const int Rounds = 4;
    private static readonly string[] Cards =
        ["pm_card_visa", "pm_card_createDispute", "pm_card_refundFail", "pm_card_pendingRefund", "pm_card_chargeDeclined", "pm_card_bypassPending", "pm_card_createDisputeInquiry"];

    private static readonly string[] Faults =
    [
        "stripe POST /v1/payment_intents* drop-after p=0.02", "stripe POST /v1/refunds status(503) count=4 skip=2", "stripe POST /v1/* drop-before p=0.01",
        "stripe POST /v1/payment_intents delay(1ms) p=0.05", "stripe GET /v1/payment_intents/* stale p=0.2", "stripe POST * status-after(500) p=0.01",
        "stripe GET * truncate p=0.01", "stripe * * wrong-amount count=3 skip=10", "adyen POST * drop-after p=0.02", "adyen POST */captures status(429) count=3",
        "adyen POST */payments malformed p=0.02", "paypal POST /v2/checkout/orders drop-after p=0.03", "paypal POST /v2/* status(503) count=3 skip=4",
    ];

    /// <summary>Runs so many operations in so many lanes, at most <paramref name="atOnce"/> at a time, and returns the journal's hash.</summary>
    public static async Task<string> RunAsync(ulong seed, int operations, int lanes, int atOnce, int jitter)
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["stripe", "adyen", "paypal"], Scenario = "calm", Seed = seed })).Value;
        foreach (var fault in Faults) _ = simulator.AddFault(fault).Value;
        var workload = new LaneWorkload(simulator, jitter);
        Lane[] all = [.. Enumerable.Range(0, lanes).Select(n => new Lane(workload, seed, n))];
        for (var round = 0; round < Rounds; round++)
        {
            await Parallel.ForEachAsync(all, new ParallelOptions { MaxDegreeOfParallelism = atOnce }, async (lane, _) => await lane.RunAsync(operations / lanes / Rounds));
            await simulator.AdvanceAsync(TimeSpan.FromHours(30));
        }

        foreach (var lane in all) lane.Dispose();
        if (simulator.Charges().Where(c => c.Captured > 0).Select(c => c.Provider).Distinct().Count() != 3) throw new InvalidOperationException("a provider charged nothing");
        if (simulator.Discrepancies() is { Count: > 0 } wrong) throw new InvalidOperationException(string.Join('\n', wrong));
        return Convert.ToHexString(SHA256.HashData(simulator.JournalText(byLane: true)));
    }

    /// <summary>A little of everything, one after the other and without faults, with days in between.</summary>
    public static async Task PlayAsync(Simulator simulator, int operations)
    {
        var workload = new LaneWorkload(simulator, 0);
        for (var number = 0; number < 4; number++)
        {
            using var lane = new Lane(workload, simulator.Seed, number);
            await lane.RunAsync(operations / 4);
            await simulator.AdvanceAsync(TimeSpan.FromDays(2));
        }
    }

    private sealed class Lane : IDisposable
    {
        private readonly LaneWorkload _workload;
        private readonly HttpClient _client;
        private readonly List<string> _intents = [];
        private readonly List<string> _payments = [];
        private readonly Uri _stripe;
        private readonly Uri _adyen;
        private readonly Uri _paypal;
        private string? _token;
        private readonly int _number;
        private Draw _draw;
        private Draw _pause;
        private int _step;

        public Lane(LaneWorkload workload, ulong seed, int number)
        {
            (_workload, _number) = (workload, number);
            _draw = Draw.Of(seed, (ulong)number, "lane");
            _pause = Draw.Of((ulong)workload.Jitter, (ulong)number, "pause");
            _stripe = workload.Simulator.Address("stripe");
            _adyen = workload.Simulator.Address("adyen");
            _paypal = workload.Simulator.Address("paypal");
            _client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan }; // a machine that stands still for minutes is timing too: it must not show
            _client.DefaultRequestHeaders.Add("Sim-Lane", $"lane{number}");
            _client.DefaultRequestHeaders.Add("X-API-Key", workload.Simulator.Providers.Single(p => p.Name == "adyen").Keys[0].Value);
            if (number % 4 != 3) _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "sk_test_x");
        }

        public async Task RunAsync(int operations)
        {
            if (_number % 4 == 3) await LogInAsync();
            for (var i = 0; i < operations; i++)
            {
                if (_workload.Jitter > 0 && _pause.Chance(0.05)) await Task.Delay(1 + (int)_pause.Below(3));
                await (_number % 4 == 3 ? PayPalAsync() : _number % 4 == 2 ? AdyenAsync() : StripeAsync());
                _step++;
            }
        }

        private async Task StripeAsync()
        {
            var intent = _intents.Count == 0 ? "pi_none" : _intents[(int)_draw.Below(_intents.Count)];
            switch (_draw.Below(10))
            {
                case < 4: Note(_intents, "id", await FormAsync("/v1/payment_intents", $"amount={500 + _step}&currency=usd&payment_method={Cards[_draw.Below(Cards.Length)]}&payment_method_types[]=card&confirm=true", $"k{_step}")); break;
                case 4: Note(_intents, "id", await FormAsync("/v1/payment_intents", $"amount={700 + _step}&currency=eur&payment_method=pm_card_mastercard&payment_method_types[]=card&confirm=true&capture_method=manual", $"k{_step - 1}")); break;
                case 5: await FormAsync($"/v1/payment_intents/{intent}/capture", $"amount_to_capture={100 + _step}"); break;
                case 6: await FormAsync("/v1/refunds", $"payment_intent={intent}&amount={50 + _draw.Below(400)}"); break;
                case 7: await GetAsync($"/v1/payment_intents/{intent}?expand[]=latest_charge.balance_transaction"); break;
                case 8: await GetAsync($"/v1/disputes?payment_intent={intent}"); break;
                default: await FormAsync($"/v1/payment_intents/{intent}/cancel", ""); break;
            }
        }

        private async Task AdyenAsync()
        {
            if (_payments.Count == 0 || _draw.Chance(0.4))
            {
                var manual = _draw.Chance(0.5) ? "true" : "false";
                Note(_payments, "pspReference", await JsonAsync("/v71/payments", $$$"""
                    {"merchantAccount":"BuskerTest","reference":"o{{{_number}}}-{{{_step}}}","returnUrl":"https://example.com","amount":{"value":{{{800 + _step}}},"currency":"EUR"},
                    "additionalData":{"manualCapture":"{{{manual}}}"},"paymentMethod":{"type":"scheme","number":"4111111111111111","expiryMonth":"03","expiryYear":"2030","cvc":"737"} }
                    """));
                return;
            }

            string[] acts = ["captures", "refunds", "cancels", "reversals", "amountUpdates"];
            var target = _payments[(int)_draw.Below(_payments.Count)];
            await JsonAsync($"/v71/payments/{target}/{acts[_draw.Below(acts.Length)]}", $$$"""{"merchantAccount":"BuskerTest","amount":{"value":{{{1 + _draw.Below(900)}}},"currency":"EUR"} }""");
        }

        /// <summary>Access tokens last for hours, the rounds are further apart.</summary>
        private async Task LogInAsync()
        {
            var keys = _workload.Simulator.Providers.Single(p => p.Name == "paypal").Keys;
            _token = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{keys[0].Value}:{keys[1].Value}"));
            var reply = await SendAsync(HttpMethod.Post, new Uri(_paypal, "/v1/oauth2/token"), new FormUrlEncodedContent([new("grant_type", "client_credentials")]), null);
            using var json = JsonDocument.Parse(reply!);
            _token = "Bearer " + json.RootElement.GetProperty("access_token").GetString();
        }

        private async Task PayPalAsync()
        {
            if (_payments.Count == 0 || _draw.Chance(0.6))
            {
                var order = await SendAsync(HttpMethod.Post, new Uri(_paypal, "/v2/checkout/orders"), Json($$$"""
                    {"intent":"CAPTURE","purchase_units":[{"custom_id":"p{{{_number}}}-{{{_step}}}","amount":{"currency_code":"USD","value":"{{{10 + (_step % 50)}}}.00"} }],
                    "payment_source":{"card":{"number":"4012888888881881","expiry":"2030-01","security_code":"123"} } }
                    """), $"{_number}-{_step}");
                Note(_payments, "id", order);
                return;
            }

            await SendAsync(HttpMethod.Get, new Uri(_paypal, "/v2/checkout/orders/" + _payments[(int)_draw.Below(_payments.Count)]), null, null);
        }

        private static void Note(List<string> ids, string name, string? reply)
        {
            if (reply is null || !reply.EndsWith('}') || reply.StartsWith("{\"error", StringComparison.Ordinal)) return;
            using var json = JsonDocument.Parse(reply);
            if (json.RootElement.TryGetProperty(name, out var id)) ids.Add(id.GetString()!);
        }

        private Task<string?> FormAsync(string path, string form, string? key = null) =>
            SendAsync(HttpMethod.Post, new Uri(_stripe, path), new StringContent(form, new MediaTypeHeaderValue("application/x-www-form-urlencoded")), key is null ? null : string.Create(CultureInfo.InvariantCulture, $"{_number}-{key}"));

        private Task<string?> JsonAsync(string path, string json) => SendAsync(HttpMethod.Post, new Uri(_adyen, path), Json(json), null);

        private static StringContent Json(string json) => new(json, new MediaTypeHeaderValue("application/json"));

        private Task<string?> GetAsync(string path) => SendAsync(HttpMethod.Get, new Uri(_stripe, path), null, null);

        private async Task<string?> SendAsync(HttpMethod method, Uri url, HttpContent? content, string? key)
        {
            using var request = new HttpRequestMessage(method, url) { Content = content };
            if (key is not null) request.Headers.Add(_token is null ? "Idempotency-Key" : "PayPal-Request-Id", key);
            if (_token is not null) request.Headers.TryAddWithoutValidation("Authorization", _token);
            if (_token is not null) request.Headers.Host = "paypal.test"; // links name the host the client used
            try
            {
                using var reply = await _client.SendAsync(request);
                if (reply.Headers.Contains("Sim-Bug")) throw new InvalidOperationException($"a bug of the simulator at {url}");
                return await reply.Content.ReadAsStringAsync();
            }
            catch (HttpRequestException)
            {
                return null; // The reply was cut: that is the point.
            }
        }

        public void Dispose() => _client.Dispose();
    }

    private Simulator Simulator { get; } = simulator;
    private int Jitter { get; } = jitter;
}
