using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Busker.Simulator.Core;
using Busker.Simulator.Stripe;
using Busker.Simulator.World;
using Microsoft.AspNetCore.Http;

namespace Busker.Simulator.Tests;

/// <summary>One gate, which every way to the state takes: these fail when any of them does not.</summary>
public sealed class GateTests
{
    private static readonly Dictionary<string, Func<Simulator, HttpClient, Task>> Ways = new()
    {
        ["a request of a client"] = (_, client) => client.GetAsync(new Uri("/v1/balance", UriKind.Relative)),
        ["the journal by HTTP"] = (_, client) => client.GetAsync(new Uri("/_sim/journal", UriKind.Relative)),
        ["a fault by HTTP"] = (_, client) => client.PostAsync(new Uri("/_sim/faults", UriKind.Relative), new StringContent("{\"rule\":\"stripe file * resent\"}")),
        ["a dispute by HTTP"] = (_, client) => client.PostAsync(new Uri("/_sim/disputes", UriKind.Relative), new StringContent("{\"charge\":\"ch_1\"}")),
        ["the clock by HTTP"] = (_, client) => client.PostAsync(new Uri("/_sim/clock", UriKind.Relative), new StringContent("{\"rate\":0}")),
        ["a dispute from code"] = (simulator, _) => Task.Run(() => simulator.OpenDispute("stripe", "ch_1")),
        ["a refund failure from code"] = (simulator, _) => Task.Run(() => simulator.FailRefund("stripe", "re_1")),
        ["a fault from code"] = (simulator, _) => Task.Run(() => simulator.AddFault("stripe file * resent")),
        ["no faults from code"] = (simulator, _) => Task.Run(simulator.ClearFaults),
        ["the truth from code"] = (simulator, _) => Task.Run(simulator.Charges),
        ["the journal from code"] = (simulator, _) => Task.Run(() => simulator.JournalText()),
        ["discrepancies from code"] = (simulator, _) => Task.Run(simulator.Discrepancies),
        ["the clock from code"] = (simulator, _) => Task.Run(() => simulator.AdvanceAsync(TimeSpan.FromMinutes(1))),
        ["webhooks waited for"] = (simulator, _) => Task.Run(simulator.Settled),
    };

    [Fact]
    public async Task While_the_gate_is_held_nothing_is_done_by_any_way()
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["stripe"], Seed = 9 })).Value;
        using var client = new HttpClient { BaseAddress = simulator.Address("stripe"), DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", "sk_test_x") } };
        foreach (var way in Ways.Values) await way(simulator, client); // compiled and connected, so that a way that does not wait is quick
        simulator.ClearFaults();
        var passed = new List<string>();
        foreach (var (name, way) in Ways)
        {
            using var held = new ManualResetEventSlim();
            using var done = new ManualResetEventSlim();
            var keeper = Task.Factory.StartNew(() => Hold(simulator.Providers[0].Stage, held, done), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            held.Wait();
            var going = way(simulator, client);
            if (await Task.WhenAny(going, Task.Delay(100)) == going) passed.Add(name);
            done.Set();
            await Task.WhenAll(keeper, going);
        }

        passed.ShouldBeEmpty();
    }

    private static void Hold(Stage stage, ManualResetEventSlim held, ManualResetEventSlim done)
    {
        lock (stage.Gate)
        {
            held.Set();
            done.Wait();
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("stripe POST /v1/refunds stale")]
    public async Task Threads_in_step_do_each_refund_once(string fault)
    {
        const int Threads = 4;
        const int Each = 300;
        var stage = new Stage(ScenarioReader.Open("calm").Value, 1, 0, TimeProvider.System);
        if (fault.Length > 0) stage.Faults.Add(Faults.FaultParser.Parse(fault).Value);
        var pipeline = new Pipeline(stage, new StripeProvider(stage), null);
        var paid = await AskAsync(pipeline, "/v1/payment_intents", "amount=100000&currency=usd&payment_method=pm_card_bypassPending&payment_method_types[]=card&confirm=true");
        using var start = new Barrier(Threads);
        var granted = await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Factory.StartNew(() =>
        {
            start.SignalAndWait();
            return Enumerable.Range(0, Each).Select(_ => AskAsync(pipeline, "/v1/refunds", $"payment_intent={paid}&amount=7").AsTask().GetAwaiter().GetResult()).ToArray();
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        granted.SelectMany(g => g).Distinct().Count().ShouldBe(Threads * Each);
        stage.Till.Charges.ShouldHaveSingleItem().Refunded.ShouldBe(Threads * Each * 7);
        pipeline.Provider.Discrepancies().ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_kept_for_a_replay_stays_while_the_memory_of_replies_is_used_again_by_many_at_once()
    {
        var stage = new Stage(ScenarioReader.Open("calm").Value, 9, 0, TimeProvider.System);
        var pipeline = new Pipeline(stage, new StripeProvider(stage), null);
        var first = await TextAsync(pipeline, "/v1/charges", "amount=4711&currency=usd&source=tok_visa", "the-first");
        await Task.WhenAll(Enumerable.Range(1, 4).Select(thread => Task.Run(async () =>
        {
            for (var i = 0; i < 250; i++)
            {
                var amount = $"\"amount\":{(thread * 1000) + i},";
                (await TextAsync(pipeline, "/v1/charges", $"amount={(thread * 1000) + i}&currency=usd&source=tok_visa")).ShouldContain(amount);
                (await TextAsync(pipeline, "/v1/charges", "amount=4711&currency=usd&source=tok_visa", "the-first")).ShouldBe(first);
            }
        })));
    }

    [Fact]
    public async Task A_reply_shows_what_its_own_request_left_whatever_others_do_to_the_same_thing_meanwhile()
    {
        var stage = new Stage(ScenarioReader.Open("calm").Value, 9, 0, TimeProvider.System);
        var pipeline = new Pipeline(stage, new StripeProvider(stage), null);
        var customer = await AskAsync(pipeline, "/v1/customers", "name=nobody");
        await Task.WhenAll(Enumerable.Range(1, 4).Select(thread => Task.Run(async () =>
        {
            for (var i = 0; i < 250; i++)
            {
                var text = await TextAsync(pipeline, $"/v1/customers/{customer}", $"name=n{thread}-{i}&metadata[of]=m{thread}-{i}&address[city]=c{thread}-{i}");
                foreach (var own in (string[])[$"\"n{thread}-{i}\"", $"\"m{thread}-{i}\"", $"\"c{thread}-{i}\""]) text.ShouldContain(own);
            }
        })));
        stage.Journal.Recent().ShouldAllBe(r => r.Asked.StartsWith("name=n") && r.Answered.Contains($"\"{r.Asked.Substring(5, r.Asked.IndexOf('&') - 5)}\""));
    }

    /// <summary>The id in the reply, whose memory is then given back as the listener does.</summary>
    private static async ValueTask<string> AskAsync(Pipeline pipeline, string path, string form)
    {
        using var json = JsonDocument.Parse(await TextAsync(pipeline, path, form));
        return json.RootElement.GetProperty("id").GetString()!;
    }

    private static async ValueTask<string> TextAsync(Pipeline pipeline, string path, string form, string? key = null)
    {
        var ask = new Ask
        {
            Method = "POST", Path = path, Query = "", Body = Encoding.UTF8.GetBytes(form), Origin = "http://127.0.0.1",
            Headers = new HeaderDictionary { ["Authorization"] = "Bearer sk_test_x", ["Content-Type"] = "application/x-www-form-urlencoded", ["Idempotency-Key"] = key },
        };
        var reply = await pipeline.RunAsync(ask);
        pipeline.Release(ask);
        var text = Encoding.UTF8.GetString(reply.Answer.Body.Span);
        reply.Answer.Gone();
        reply.Answer.Status.ShouldBe(200, text);
        return text;
    }
}
