using Busker.Entitlements.V1;
using Google.Protobuf.WellKnownTypes;
using Outcome = Busker.Entitlements.V1.ConsumeCapResponse.Types.Outcome;

namespace Busker.Entitlements.Tests;

/// <summary>A host remembers books between batches. What another host, or another RPC, does meanwhile is never missed.</summary>
public sealed class RememberedBookTests
{
    [Fact]
    public async Task Hosts_that_take_turns_go_on_from_what_the_other_left()
    {
        await using var room = await Room.OpenAsync();
        await using var other = room.Beside();
        await room.SetAsync("anna", "free");
        for (var i = 1; i <= 10; i++)
            (await (i % 2 == 0 ? room : other).ConsumeAsync("anna", "on_demand_time", 100)).Value.Remaining.ShouldBe(1800 - (100 * i));
        (await room.BalanceAsync("anna", "on_demand_time")).Used.ShouldBe(1000);
    }

    [Fact]
    public async Task A_present_given_through_another_host_is_there_for_the_next_consumption()
    {
        await using var room = await Room.OpenAsync();
        await using var other = room.Beside();
        await room.SetAsync("anna", "free");
        (await room.ConsumeAsync("anna", "on_demand_time", 1800)).Value.Outcome.ShouldBe(Outcome.Admitted);
        (await room.ConsumeAsync("anna", "on_demand_time", 1)).Value.Outcome.ShouldBe(Outcome.Switched);
        (await other.AskAsync<GrantAllowanceRequest, Allowance>("GrantAllowance", new GrantAllowanceRequest { ListenerId = "anna", Feature = "on_demand_time", Amount = 5 })).Fault.ShouldBeNull();
        (await room.ConsumeAsync("anna", "on_demand_time", 3)).Value.Outcome.ShouldBe(Outcome.Admitted);
        (await room.ConsumeAsync("anna", "on_demand_time", 2)).Value.Remaining.ShouldBe(0);
        (await other.ConsumeAsync("anna", "on_demand_time", 1)).Value.Outcome.ShouldBe(Outcome.Switched);
    }

    [Fact]
    public async Task A_plan_set_through_another_host_holds_from_the_next_consumption_on()
    {
        await using var room = await Room.OpenAsync();
        await using var other = room.Beside();
        await room.SetAsync("anna", "free");
        (await room.ConsumeAsync("anna", "on_demand_time", 10)).Value.Unlimited.ShouldBeFalse();
        await other.SetAsync("anna", "premium");
        (await room.ConsumeAsync("anna", "on_demand_time", 10)).Value.Unlimited.ShouldBeTrue();
        await other.SetAsync("anna", "free");
        (await room.ConsumeAsync("anna", "on_demand_time", 10)).Value.Remaining.ShouldBe(1780);
    }

    [Fact]
    public async Task A_plan_that_was_scheduled_takes_over_at_its_time()
    {
        await using var room = await Room.OpenAsync();
        await room.SetAsync("anna", "free");
        await room.AskAsync<SetListenerPlanRequest, Listener>("SetListenerPlan", new SetListenerPlanRequest
        {
            ListenerId = "anna", Plan = "premium", Market = "WORLD", EffectiveTime = Timestamp.FromDateTimeOffset(room.Now.AddHours(1)),
        });
        (await room.ConsumeAsync("anna", "on_demand_time", 10)).Value.Unlimited.ShouldBeFalse();
        room.Clock.Move(TimeSpan.FromMinutes(61));
        (await room.ConsumeAsync("anna", "on_demand_time", 10)).Value.Unlimited.ShouldBeTrue();
    }

    [Fact]
    public async Task A_repeat_of_what_now_would_be_refused_still_gets_the_first_answer()
    {
        await using var room = await Room.OpenAsync();
        await room.SetAsync("anna", "free");
        var first = await room.ConsumeAsync("anna", "on_demand_time", 10, "play-1");
        await room.PublishAsync(d =>
        {
            foreach (var plan in d.Plans)
                for (var i = plan.Settings.Count - 1; i >= 0; i--)
                    if (plan.Settings[i].Feature == "on_demand_time") plan.Settings.RemoveAt(i);
            d.Features.Remove(d.Features.Single(f => f.Key == "on_demand_time"));
        });
        await using var fresh = room.Beside(); // a host that has not seen the request
        var again = await fresh.ConsumeAsync("anna", "on_demand_time", 10, "play-1");
        again.Fault.ShouldBeNull();
        again.Value.ShouldBe(first.Value);
        (await fresh.ConsumeAsync("anna", "on_demand_time", 10)).Fault!.Reason.ShouldBe("CAP_NOT_FOUND");
    }
}
