using System.Net;
using System.Net.Http.Headers;
using Busker.Caps;
using Busker.Entitlements.V1;

namespace Busker.Host.Tests;

/// <summary>The gathering client against the whole host.</summary>
public sealed class CapClientTests
{
    [Fact]
    public async Task Callers_at_once_each_hear_their_own_refusal_and_may_leave()
    {
        await using var house = await House.OpenAsync();
        using var http = Http(house, await house.TenantAsync("acme"));
        await using var caps = new CapClient(http, new CapClientLimits(BatchMax: 16, InFlightMax: 2));
        var asked = Enumerable.Range(0, 100).Select(i => Should.ThrowAsync<CapRefusedException>(caps.ConsumeAsync(Ask($"l{i}", 1)))).ToList();
        var wrong = await Should.ThrowAsync<CapRefusedException>(caps.ConsumeAsync(Ask("anna", 0)));
        wrong.Refusal.Field.ShouldEndWith("].amount");
        var refusals = (await Task.WhenAll(asked)).Select((e, i) => (e.Refusal, i)).ToList();
        refusals.ShouldAllBe(r => r.Refusal.Reason == "LISTENER_NOT_FOUND" && r.Refusal.Message.StartsWith($"Listener l{r.i} "));
        await Should.ThrowAsync<OperationCanceledException>(() => caps.ConsumeAsync(Ask("anna", 1), new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task A_message_that_fails_fails_its_callers_and_the_next_goes_out()
    {
        await using var house = await House.OpenAsync();
        using var http = Http(house, "no-such-key");
        await using var caps = new CapClient(http);
        (await Should.ThrowAsync<HttpRequestException>(caps.ConsumeAsync(Ask("anna", 1)))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await house.TenantAsync("acme"));
        (await Should.ThrowAsync<CapRefusedException>(caps.ConsumeAsync(Ask("anna", 1)))).Refusal.Reason.ShouldBe("LISTENER_NOT_FOUND");
        await caps.DisposeAsync();
        await Should.ThrowAsync<ObjectDisposedException>(() => caps.ConsumeAsync(Ask("anna", 1)));
    }

    private static HttpClient Http(House house, string key) => new()
    {
        BaseAddress = new Uri(house.Host.Addresses[0]), DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", key) },
    };

    private static ConsumeCapRequest Ask(string listener, long amount) => new() { ListenerId = listener, Feature = "on_demand_time", Amount = amount };
}
