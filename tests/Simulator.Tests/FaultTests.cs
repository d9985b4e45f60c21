using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Busker.Simulator.Faults;
using Busker.Simulator.Stripe;

namespace Busker.Simulator.Tests;

/// <summary>Each word of the fault language, end to end over a real socket: what the client sees, and what really happened.</summary>
public sealed class FaultTests
{
    private const string Pay = "amount=1099&currency=usd&payment_method=pm_card_visa&payment_method_types[]=card&confirm=true";

    private static readonly Dictionary<string, Func<Shop, Task>> Proofs = new()
    {
        ["drop-before"] = async shop =>
        {
            shop.Strike("stripe POST /v1/payment_intents drop-before count=1");
            await Should.ThrowAsync<HttpRequestException>(() => shop.PayAsync("k"));
            shop.Charges.ShouldBe(0);
            (await shop.PayAsync("k")).Status.ShouldBe(200);
            shop.Charges.ShouldBe(1);
        },
        ["drop-after"] = async shop =>
        {
            shop.Strike("stripe POST /v1/payment_intents drop-after count=1");
            await Should.ThrowAsync<HttpRequestException>(() => shop.PayAsync("k"));
            shop.Charges.ShouldBe(1);
            (await shop.PayAsync("k")).Replayed.ShouldBeTrue();
            shop.Charges.ShouldBe(1);
        },
        ["delay"] = async shop =>
        {
            shop.Strike("stripe POST /v1/payment_intents delay(250ms) count=1");
            var clock = Stopwatch.StartNew();
            (await shop.PayAsync()).Status.ShouldBe(200);
            clock.ElapsedMilliseconds.ShouldBeGreaterThanOrEqualTo(245);
        },
        ["hang"] = async shop =>
        {
            shop.Strike("stripe POST /v1/payment_intents hang count=1");
            using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(400));
            await Should.ThrowAsync<TaskCanceledException>(() => shop.PayAsync("k", patience.Token));
            shop.Charges.ShouldBe(1);
            (await shop.PayAsync("k")).Replayed.ShouldBeTrue();
            shop.Strike("stripe POST /v1/payment_intents hang count=1");
            using var leave = new CancellationTokenSource();
            var held = shop.PayAsync("held", leave.Token);
            await shop.Receiver.ReachesAsync(2); // its webhook does not wait for the client to give up
            held.IsCompleted.ShouldBeFalse();
            await leave.CancelAsync();
            await Should.ThrowAsync<TaskCanceledException>(() => held);
        },
        ["truncate"] = async shop =>
        {
            shop.Strike("stripe POST /v1/payment_intents truncate count=1");
            await Should.ThrowAsync<HttpRequestException>(() => shop.PayAsync());
            shop.Charges.ShouldBe(1);
        },
        ["malformed"] = async shop =>
        {
            shop.Strike("stripe POST /v1/payment_intents malformed count=1");
            var reply = await shop.PayAsync();
            reply.Status.ShouldBe(200);
            Should.Throw<JsonException>(() => JsonDocument.Parse(reply.Body).Dispose());
            shop.Charges.ShouldBe(1);
        },
        ["wrong-amount"] = async shop =>
        {
            shop.Strike("stripe POST /v1/payment_intents wrong-amount count=1");
            (await shop.PayAsync()).Body.ShouldContain("\"amount\":1100");
            shop.Simulator.Charges().ShouldHaveSingleItem().Captured.ShouldBe(1_099);
        },
        ["stale"] = async shop =>
        {
            shop.Strike("stripe GET /v1/payment_intents/* stale");
            var id = (await shop.PostAsync("/v1/payment_intents", Pay + "&capture_method=manual")).Id;
            (await shop.PostAsync($"/v1/payment_intents/{id}/capture", "")).Body.ShouldContain("\"status\":\"succeeded\"");
            (await shop.GetAsync($"/v1/payment_intents/{id}")).Body.ShouldContain("\"status\":\"requires_capture\"");
            shop.Simulator.ClearFaults();
            (await shop.GetAsync($"/v1/payment_intents/{id}")).Body.ShouldContain("\"status\":\"succeeded\"");
        },
        ["status"] = async shop =>
        {
            foreach (var status in (int[])[429, 500, 503])
            {
                shop.Strike($"stripe POST /v1/payment_intents status({status}) count=1");
                (await shop.PayAsync("k")).Status.ShouldBe(status);
            }

            shop.Charges.ShouldBe(0);
            (await shop.PayAsync("k")).Status.ShouldBe(200);
        },
        ["status-after"] = async shop =>
        {
            shop.Strike("stripe POST /v1/payment_intents status-after(500) count=1");
            (await shop.PayAsync("k")).Status.ShouldBe(500);
            shop.Charges.ShouldBe(1);
            (await shop.PayAsync("k")).ShouldSatisfyAllConditions(r => r.Status.ShouldBe(200), r => r.Replayed.ShouldBeTrue());
        },
        ["status-stored"] = async shop =>
        {
            shop.Strike("stripe POST /v1/payment_intents status-stored(500) count=1");
            (await shop.PayAsync("k")).Status.ShouldBe(500);
            (await shop.PayAsync("k")).ShouldSatisfyAllConditions(r => r.Status.ShouldBe(500), r => r.Replayed.ShouldBeTrue());
            shop.Charges.ShouldBe(0);
        },
        ["duplicate"] = async shop =>
        {
            shop.Strike("stripe webhook payment_intent.succeeded duplicate(2) count=1");
            var id = (await shop.PayAsync()).Id;
            await shop.Simulator.Settled();
            shop.Receiver.Subjects.ShouldBe([id, id, id]);
        },
        ["reorder"] = async shop =>
        {
            shop.Strike("stripe webhook payment_intent.succeeded reorder count=1");
            var (first, second) = ((await shop.PayAsync()).Id, (await shop.PayAsync()).Id);
            await shop.Simulator.Settled();
            shop.Receiver.Subjects.ShouldBe([second, first]);
        },
        ["lost"] = async shop =>
        {
            shop.Strike("stripe webhook payment_intent.succeeded lost count=1");
            await shop.PayAsync();
            var second = (await shop.PayAsync()).Id;
            await shop.Simulator.AdvanceAsync(TimeSpan.FromDays(5));
            shop.Receiver.Subjects.ShouldBe([second]);
        },
        ["late"] = async shop =>
        {
            shop.Strike("stripe webhook payment_intent.succeeded late(10m) count=1");
            var id = (await shop.PayAsync()).Id;
            await shop.Simulator.AdvanceAsync(TimeSpan.FromMinutes(9));
            shop.Receiver.Got.ShouldBeEmpty();
            await shop.Simulator.AdvanceAsync(TimeSpan.FromMinutes(1));
            shop.Receiver.Subjects.ShouldBe([id]);
        },
        ["early"] = async shop =>
        {
            shop.Strike("stripe webhook payment_intent.succeeded early count=1");
            var id = (await shop.PayAsync()).Id;
            shop.Receiver.Subjects.ShouldBe([id]); // it was there before the reply: nothing was waited for
        },
        ["bad-signature"] = async shop =>
        {
            shop.Strike("stripe webhook payment_intent.succeeded bad-signature count=1");
            await shop.PayAsync();
            await shop.PayAsync();
            await shop.Simulator.Settled();
            shop.Receiver.Got.Select(g => Webhooks.Signature(shop.Secret, shop.Simulator.Clock.GetUtcNow().ToUnixTimeSeconds(), Encoding.UTF8.GetBytes(g.Body)) == g.Signature)
                .ShouldBe([false, true]);
        },
        ["truncated"] = async shop =>
        {
            var whole = await shop.ReportAsync(null);
            whole.ShouldEndWith("\n");
            var cut = await shop.ReportAsync("truncated");
            cut.ShouldNotEndWith("\n");
            cut.Length.ShouldBeLessThan(whole.Length);
        },
        ["duplicated"] = async shop =>
        {
            var whole = (await shop.ReportAsync(null)).TrimEnd().Split('\n');
            (await shop.ReportAsync("duplicated")).TrimEnd().Split('\n').Length.ShouldBe((2 * whole.Length) - 1);
        },
        ["resent"] = async shop =>
        {
            var before = await shop.ReportAsync(null);
            await shop.PayAsync();
            (await shop.ReportAsync("resent")).ShouldBe(before);
            (await shop.ReportAsync(null)).ShouldNotBe(before);
        },
        ["missing-line"] = async shop =>
        {
            var whole = (await shop.ReportAsync(null)).TrimEnd().Split('\n');
            var holed = (await shop.ReportAsync("missing-line(2)")).TrimEnd().Split('\n');
            holed.Length.ShouldBe(whole.Length - 2);
            holed.ShouldBeSubsetOf(whole);
        },
    };

    public static TheoryData<string> Words => [.. FaultKinds.Table.Select(f => f.Word)];

    [Theory]
    [MemberData(nameof(Words))]
    public async Task Each_fault_does_what_the_guide_says(string word)
    {
        await using var shop = await Shop.OpenAsync();
        await Proofs[word](shop);
        shop.Simulator.Discrepancies().ShouldBeEmpty();
    }

    [Fact]
    public async Task An_outage_flaps_and_ends_with_its_window()
    {
        await using var shop = await Shop.OpenAsync();
        shop.Strike("stripe * * status(503) flap=30s/10s from=1m until=3m");
        var seen = new StringBuilder();
        for (var second = 0; second < 240; second += 10)
        {
            seen.Append((await shop.GetAsync("/v1/balance")).Status == 503 ? 'x' : '.');
            await shop.Simulator.AdvanceAsync(TimeSpan.FromSeconds(10));
        }

        seen.ToString().ShouldBe("......xxx.xxx.xxx.......");
    }

    [Fact]
    public async Task A_probability_strikes_the_same_requests_in_every_run_and_others_with_another_seed()
    {
        var runs = new List<string>();
        foreach (var seed in (int[])[7, 7, 8])
        {
            await using var shop = await Shop.OpenAsync();
            shop.Strike($"stripe GET /v1/balance status(500) p=0.4 seed={seed}");
            var seen = new StringBuilder();
            for (var i = 0; i < 60; i++) seen.Append((await shop.GetAsync("/v1/balance")).Status == 500 ? 'x' : '.');
            runs.Add(seen.ToString());
        }

        runs[1].ShouldBe(runs[0]);
        runs[2].ShouldNotBe(runs[0]);
        runs[0].Count(c => c == 'x').ShouldBeInRange(12, 36);
    }

    [Fact]
    public async Task Whoever_holds_a_reply_and_waits_for_webhooks_has_them()
    {
        await using var shop = await Shop.OpenAsync();
        for (var paid = 1; paid <= 300; paid++)
        {
            await shop.PayAsync();
            await shop.Simulator.Settled();
            shop.Receiver.Got.Count.ShouldBe(paid);
        }
    }

    [Fact]
    public async Task The_journal_tells_each_request_and_the_fault_that_struck_it()
    {
        await using var shop = await Shop.OpenAsync();
        shop.Strike("stripe GET /v1/balance status(500) count=1");
        await shop.GetAsync("/v1/balance");
        await shop.GetAsync("/v1/balance");
        var lines = Encoding.UTF8.GetString(shop.Simulator.JournalText()).TrimEnd().Split('\n')[^2..];
        lines[0].ShouldContain("\"fault\":\"stripe GET /v1/balance status(500) count=1\"");
        lines[0].ShouldContain("\"status\":500");
        lines[1].ShouldNotContain("fault");
    }

    private sealed record Reply(int Status, string Body, bool Replayed)
    {
        public string Id => JsonDocument.Parse(Body).RootElement.GetProperty("id").GetString()!;
    }

    /// <summary>A simulator, a client of it and a webhook endpoint for successful payments.</summary>
    private sealed class Shop(Simulator simulator, Receiver receiver) : IAsyncDisposable
    {
        private readonly HttpClient _client = new() { BaseAddress = simulator.Address("stripe"), DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", "sk_test_x") } };

        public Simulator Simulator { get; } = simulator;
        public Receiver Receiver { get; } = receiver;
        public string Secret { get; private set; } = "";
        public int Charges => Simulator.Charges().Count(c => c.Captured > 0);

        public static async Task<Shop> OpenAsync()
        {
            var shop = new Shop((await Simulator.Start(new() { Providers = ["stripe"], Seed = 9 })).Value, await Receiver.OpenAsync());
            using var made = JsonDocument.Parse((await shop.PostAsync("/v1/webhook_endpoints", $"url={shop.Receiver.Url}hook&enabled_events[]=payment_intent.succeeded")).Body);
            shop.Secret = made.RootElement.GetProperty("secret").GetString()!;
            return shop;
        }

        public void Strike(string rule) => Simulator.AddFault(rule).Fault.ShouldBeNull();

        public Task<Reply> PayAsync(string? key = null, CancellationToken stop = default) => PostAsync("/v1/payment_intents", Pay, key, stop);

        public async Task<Reply> PostAsync(string path, string form, string? key = null, CancellationToken stop = default)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(form, new MediaTypeHeaderValue("application/x-www-form-urlencoded")) };
            if (key is not null) request.Headers.Add("Idempotency-Key", key);
            return await SendAsync(request, stop);
        }

        public async Task<Reply> GetAsync(string path)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            return await SendAsync(request, default);
        }

        /// <summary>The file of a report over all that happened so far.</summary>
        public async Task<string> ReportAsync(string? fault)
        {
            Simulator.ClearFaults();
            for (var i = 0; i < 3; i++) await PayAsync($"p{i}");
            if (fault is not null) Strike($"stripe file balance_change* {fault}");
            var run = (await PostAsync("/v1/reporting/report_runs", "report_type=balance_change_from_activity.itemized.3")).Id;
            await Simulator.AdvanceAsync(TimeSpan.FromMinutes(1));
            using var done = JsonDocument.Parse((await GetAsync($"/v1/reporting/report_runs/{run}")).Body);
            return (await GetAsync($"/v1/files/{done.RootElement.GetProperty("result").GetProperty("id").GetString()}/contents")).Body;
        }

        public async ValueTask DisposeAsync()
        {
            _client.Dispose();
            await Simulator.DisposeAsync();
            await Receiver.DisposeAsync();
        }

        private async Task<Reply> SendAsync(HttpRequestMessage request, CancellationToken stop)
        {
            using var reply = await _client.SendAsync(request, stop);
            return new Reply((int)reply.StatusCode, await reply.Content.ReadAsStringAsync(stop), reply.Headers.Contains("Idempotent-Replayed"));
        }
    }
}
