using Busker.Entitlements.V1;
using Outcome = Busker.Entitlements.V1.ConsumeCapResponse.Types.Outcome;

namespace Busker.Entitlements.Tests;

public sealed class ConsumeCapTests
{
    [Fact]
    public async Task A_listener_consumes_until_the_cap_and_is_told_when_to_come_back()
    {
        await using var room = await Room.OpenAsync(d => d.Plans[0].Settings[1].Value.Cap.OnExhausted = "");
        await room.SetAsync("anna", "free");
        var first = (await room.ConsumeAsync("anna", "on_demand_time", 1000)).Value;
        (first.Outcome, first.Consumed, first.Remaining, first.Limit).ShouldBe((Outcome.Admitted, 1000, 800, 1800));
        var second = (await room.ConsumeAsync("anna", "on_demand_time", 1000)).Value;
        (second.Outcome, second.Consumed, second.Remaining).ShouldBe((Outcome.Capped, 0, 800));
        second.RetryAfterMs.ShouldBeInRange(1, 86_400_000);
        second.ResetTime.ToDateTimeOffset().TimeOfDay.ShouldBe(TimeSpan.Zero);
        room.Clock.Move(TimeSpan.FromMilliseconds(second.RetryAfterMs));
        (await room.ConsumeAsync("anna", "on_demand_time", 1000)).Value.Outcome.ShouldBe(Outcome.Admitted);
    }

    [Fact]
    public async Task A_used_up_cap_switches_to_its_variant_with_its_own_cap()
    {
        await using var room = await Room.OpenAsync();
        await room.SetAsync("anna", "free");
        (await room.ConsumeAsync("anna", "skips", 100)).Value.Unlimited.ShouldBeTrue();
        (await room.ConsumeAsync("anna", "on_demand_time", 5000, partial: true)).Value.Consumed.ShouldBe(1800);
        var switched = (await room.ConsumeAsync("anna", "on_demand_time", 1)).Value;
        (switched.Outcome, switched.Variant).ShouldBe((Outcome.Switched, "shuffle_only"));
        for (var i = 5; i >= 0; i--) (await room.ConsumeAsync("anna", "skips", 1)).Value.Remaining.ShouldBe(i);
        var seventh = (await room.ConsumeAsync("anna", "skips", 1)).Value;
        seventh.Outcome.ShouldBe(Outcome.Capped);
        seventh.RetryAfterMs.ShouldBeInRange(3_500_000, 3_600_001);
        (await room.CountAsync("storage.outbox where kind = 'busker.entitlements.v1.CapExhausted'")).ShouldBe(2);
    }

    [Fact]
    public async Task A_repeat_consumes_nothing_and_gets_the_first_answer()
    {
        await using var room = await Room.OpenAsync();
        await room.SetAsync("anna", "free");
        var first = await room.ConsumeAsync("anna", "on_demand_time", 10, "play-1");
        var again = await room.ConsumeAsync("anna", "on_demand_time", 10, "play-1");
        again.Value.ShouldBe(first.Value);
        (await room.BalanceAsync("anna", "on_demand_time")).Used.ShouldBe(10);
        (await room.ConsumeAsync("anna", "on_demand_time", 11, "play-1")).Fault!.Reason.ShouldBe("REQUEST_ID_REUSED");
    }

    [Fact]
    public async Task A_thousand_at_once_take_exactly_what_there_is()
    {
        await using var room = await Room.OpenAsync();
        foreach (var listener in new[] { "a", "b", "c" }) await room.SetAsync(listener, "free");
        var answers = await Task.WhenAll(Enumerable.Range(0, 1000).Select(i =>
            room.ConsumeAsync("abc".Substring(i % 3, 1), "on_demand_time", 7)));
        answers.Count(a => a.Value.Outcome == Outcome.Admitted).ShouldBe(3 * (1800 / 7));
        foreach (var listener in new[] { "a", "b", "c" }) (await room.BalanceAsync(listener, "on_demand_time")).Used.ShouldBe(1799);
    }

    [Fact]
    public async Task Two_hosts_on_one_database_never_exceed_a_cap()
    {
        await using var room = await Room.OpenAsync();
        await using var other = room.Beside();
        foreach (var listener in new[] { "a", "b" }) await room.SetAsync(listener, "free");
        var answers = await Task.WhenAll(Enumerable.Range(0, 600).Select(i =>
            (i % 2 == 0 ? room : other).ConsumeAsync(i % 4 < 2 ? "a" : "b", "on_demand_time", 10)));
        var admitted = answers.Count(a => a.Fault is null && a.Value.Outcome == Outcome.Admitted);
        admitted.ShouldBeLessThanOrEqualTo(360);
        ((await room.BalanceAsync("a", "on_demand_time")).Used + (await other.BalanceAsync("b", "on_demand_time")).Used).ShouldBe(10 * admitted);
        answers.Where(a => a.Fault is not null).ShouldAllBe(a => a.Fault!.RetryAfter != null);
    }

    [Fact]
    public async Task Allowances_are_consumed_after_the_plans_own()
    {
        await using var room = await Room.OpenAsync();
        await room.SetAsync("anna", "free");
        var grant = (await room.AskAsync<GrantAllowanceRequest, Allowance>("GrantAllowance", new GrantAllowanceRequest { ListenerId = "anna", Feature = "on_demand_time", Amount = 600 })).Value;
        var answer = (await room.ConsumeAsync("anna", "on_demand_time", 2000)).Value;
        answer.Burns.Select(b => (b.Source, b.Amount)).ShouldBe([("plan", 1800), (grant.AllowanceId, 200)]);
        answer.Remaining.ShouldBe(400);
        (await room.BalanceAsync("anna", "on_demand_time")).Allowances.Single().Used.ShouldBe(200);
        room.Clock.Move(TimeSpan.FromDays(1));
        (await room.ConsumeAsync("anna", "on_demand_time", 1)).Value.Remaining.ShouldBe(1799 + 400);
    }

    [Fact]
    public async Task A_billing_month_starts_again_on_its_anchor()
    {
        await using var room = await Room.OpenAsync(d =>
        {
            var cap = d.Plans[0].Settings[1].Value.Cap;
            (cap.Window.Kind, cap.Window.Unit) = (Catalog.V1.Window.Types.Kind.Billing, Catalog.V1.Window.Types.Unit.Month);
            d.Plans.RemoveAt(2);
        });
        await room.SetAsync("anna", "free");
        var used = (await room.ConsumeAsync("anna", "on_demand_time", 1800)).Value;
        var anchor = (await room.AskAsync<GetListenerRequest, Listener>("GetListener", new GetListenerRequest { ListenerId = "anna" })).Value.BillingAnchorTime.ToDateTimeOffset();
        used.ResetTime.ToDateTimeOffset().ShouldBe(anchor.AddMonths(1));
        room.Clock.Move(anchor.AddMonths(1).AddSeconds(-30) - room.Now);
        (await room.ConsumeAsync("anna", "on_demand_time", 1)).Value.Outcome.ShouldBe(Outcome.Switched);
        room.Clock.Move(TimeSpan.FromSeconds(31));
        (await room.ConsumeAsync("anna", "on_demand_time", 1)).Value.Remaining.ShouldBe(1799);
    }

    [Theory]
    [InlineData("", "skips", 1, "listener_id")]
    [InlineData("a b", "skips", 1, "listener_id")]
    [InlineData("anna", "", 1, "feature")]
    [InlineData("anna", "skips", 0, "amount")]
    [InlineData("anna", "skips", -5, "amount")]
    [InlineData("anna", "gold", 1, "feature")]
    [InlineData("anna", "ads", 1, "feature")]
    [InlineData("nobody", "skips", 1, "listener_id")]
    public async Task What_is_wrong_is_named(string listener, string feature, long amount, string field)
    {
        await using var room = await Room.OpenAsync();
        await room.SetAsync("anna", "free");
        (await room.ConsumeAsync(listener, feature, amount)).Fault!.Field.ShouldBe(field);
    }

    [Fact]
    public async Task Another_tenant_finds_no_listener()
    {
        await using var room = await Room.OpenAsync();
        await room.SetAsync("anna", "free");
        (await room.AskAsync<ConsumeCapRequest, ConsumeCapResponse>("ConsumeCap", new ConsumeCapRequest { ListenerId = "anna", Feature = "skips", Amount = 1 }, scope: Guid.CreateVersion7()))
            .Fault!.Reason.ShouldBe("LISTENER_NOT_FOUND");
    }
}
