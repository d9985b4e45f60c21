using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using Busker.Kernel;
using Busker.Simulator.Core;
using Busker.Simulator.World;

namespace Busker.Simulator.Tests;

/// <summary>Webhooks on their way: addresses, attempts, and that nothing about them can hold the simulator up.</summary>
public sealed class WebhookTests
{
    [Theory]
    [InlineData("ftp://127.0.0.1/hook")]
    [InlineData("no address")]
    [InlineData("/hook")]
    public async Task An_address_that_cannot_be_called_is_refused_where_it_is_given(string url)
    {
        await using var simulator = (await Simulator.Start(new() { Seed = 9 })).Value;
        using var stripe = await CrowdTests.ClientAsync(simulator, "stripe");
        using var adyen = await CrowdTests.ClientAsync(simulator, "adyen");
        using var paypal = await CrowdTests.ClientAsync(simulator, "paypal");
        var id = await CrowdTests.IdAsync(await stripe.PostAsync(new Uri("/v1/webhook_endpoints", UriKind.Relative), Form("url=http://127.0.0.1:1/&enabled_events[]=*")));
        HttpResponseMessage[] replies =
        [
            await stripe.PostAsync(new Uri("/v1/webhook_endpoints", UriKind.Relative), Form($"url={Uri.EscapeDataString(url)}&enabled_events[]=*")),
            await stripe.PostAsync(new Uri("/v1/webhook_endpoints/" + id, UriKind.Relative), Form($"url={Uri.EscapeDataString(url)}")),
            await adyen.PostAsJsonAsync("/v3/merchants/BuskerTest/webhooks", new { type = "standard", url, active = true, communicationFormat = "json" }),
            await paypal.PostAsJsonAsync("/v1/notifications/webhooks", new { url, event_types = new[] { new { name = "*" } } }),
        ];
        await CrowdTests.PayAsync(stripe, "stripe", "one", manual: false);
        await CrowdTests.PayAsync(adyen, "adyen", "one", manual: false);
        await simulator.AdvanceAsync(TimeSpan.FromMinutes(10)).WaitAsync(TimeSpan.FromSeconds(20));
        replies.Select(r => r.StatusCode).ShouldBe([HttpStatusCode.BadRequest, HttpStatusCode.BadRequest, HttpStatusCode.UnprocessableEntity, HttpStatusCode.BadRequest]);
    }

    [Fact]
    public async Task A_webhook_that_cannot_even_be_made_fails_like_one_that_nobody_answers()
    {
        var stage = new Stage(ScenarioReader.Open("calm").Value, 1, 0, TimeProvider.System);
        var done = new List<bool>();
        lock (stage.Gate)
        {
            stage.Webhooks.Send(new Delivery
            {
                Provider = "stripe", Url = "http://127.0.0.1:1/", EventId = "e", EventType = "t", Body = [], Retries = [TimeSpan.FromMinutes(1)],
                Sign = (_, _) => throw new InvariantException("no key"), Done = done.Add,
            }, null);
        }

        await stage.AdvanceAsync(TimeSpan.FromMinutes(2)).WaitAsync(TimeSpan.FromSeconds(20));
        done.ShouldBe([false]);
        stage.Webhooks.Log.Select(a => a.Attempt).ShouldBe([1, 2]);
    }

    [Theory]
    [InlineData("stripe", 4, 4.0)] // three more within hours, as in a sandbox
    [InlineData("adyen", 100, 30 * 24.0)] // three at once, then more and more apart, every eight hours in the end, for a month
    [InlineData("paypal", 26, 3 * 24.0)] // twenty-five more within three days
    public async Task Nobody_answers_and_each_provider_tries_as_often_as_it_says(string provider, int attempts, double hours)
    {
        await using var simulator = (await Simulator.Start(new() { Providers = [provider], Seed = 9 })).Value;
        using var client = await CrowdTests.ClientAsync(simulator, provider);
        using var made = provider switch
        {
            "stripe" => await client.PostAsync(new Uri("/v1/webhook_endpoints", UriKind.Relative), Form("url=http://127.0.0.1:1/&enabled_events[]=charge.succeeded")),
            "adyen" => await client.PostAsJsonAsync("/v3/merchants/BuskerTest/webhooks", new { type = "standard", url = "http://127.0.0.1:1/", active = true, communicationFormat = "json" }),
            _ => await client.PostAsJsonAsync("/v1/notifications/webhooks", new { url = "http://127.0.0.1:1/", event_types = new[] { new { name = "PAYMENT.CAPTURE.COMPLETED" } } }),
        };
        made.IsSuccessStatusCode.ShouldBeTrue();
        await CrowdTests.PayAsync(client, provider, "one", manual: false);
        await simulator.AdvanceAsync(TimeSpan.FromDays(40));
        var tries = simulator.Providers[0].Stage.Webhooks.Log.Where(a => a.EventType is "charge.succeeded" or "AUTHORISATION" or "PAYMENT.CAPTURE.COMPLETED").ToArray();
        tries.Select(t => t.Attempt).ShouldBe(Enumerable.Range(1, attempts));
        TimeSpan.FromMilliseconds(tries[^1].AtMs - tries[0].AtMs).TotalHours.ShouldBeInRange(hours * 0.95, hours * 1.05);
        var pauses = tries.Zip(tries.Skip(1), (a, b) => b.AtMs - a.AtMs).ToArray();
        pauses.ShouldBe(pauses.Order());
    }

    [Fact]
    public async Task Who_takes_a_webhook_and_never_answers_is_waited_for_once_and_then_hardly()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var simulator = (await Simulator.Start(new() { Providers = ["adyen"], Seed = 9, WebhookTimeout = TimeSpan.FromSeconds(1) })).Value;
        using var client = await CrowdTests.ClientAsync(simulator, "adyen");
        using var made = await client.PostAsJsonAsync("/v3/merchants/BuskerTest/webhooks", new { type = "standard", url = $"http://{silent.LocalEndpoint}/", active = true, communicationFormat = "json" });
        await CrowdTests.PayAsync(client, "adyen", "one", manual: true);
        await simulator.AdvanceAsync(TimeSpan.FromDays(3)).WaitAsync(TimeSpan.FromSeconds(15)); // some twenty attempts: one of a second, the others of 50 ms
        var tries = simulator.Providers[0].Stage.Webhooks.Log.ToArray();
        tries.Length.ShouldBeGreaterThan(15);
        tries.ShouldAllBe(t => t.Status == 0);
        tries.Select(t => t.Attempt).ShouldBe(Enumerable.Range(1, tries.Length));
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(7_200)]
    public async Task A_time_to_answer_that_cannot_be_meant_is_refused(double seconds) =>
        (await Simulator.Start(new() { WebhookTimeout = TimeSpan.FromSeconds(seconds) })).Fault!.Message.ShouldBe("a receiver of webhooks is given between 20 ms and an hour to answer");

    private static StringContent Form(string form) => new(form, new MediaTypeHeaderValue("application/x-www-form-urlencoded"));
}
