using Busker.Catalog.V1;
using Busker.Entitlements.V1;
using Google.Protobuf.WellKnownTypes;

namespace Busker.Entitlements.Tests;

public sealed class SetListenerPlanTests
{
    private static Task<Kernel.Result<Listener>> Set(Room room, SetListenerPlanRequest request, string? requestId = null) =>
        room.AskAsync<SetListenerPlanRequest, Listener>("SetListenerPlan", request, requestId);

    private static SetListenerPlanRequest Free(string listener = "anna") => new() { ListenerId = listener, Plan = "free", Market = "WORLD" };

    [Fact]
    public async Task A_listener_is_given_a_plan_from_now_and_a_fact_tells_it()
    {
        await using var room = await Room.OpenAsync();
        var listener = (await Set(room, Free())).Value;
        (listener.Plan, listener.TimeZone, listener.Market).ShouldBe(("free", "UTC", "WORLD"));
        listener.BillingAnchorTime.ShouldBe(listener.EffectiveTime);
        (await room.CountAsync("storage.outbox where kind = 'busker.entitlements.v1.ListenerPlanSet'")).ShouldBe(1);
        (await room.CountAsync("storage.audit where subject = 'listener:anna'")).ShouldBe(1);
    }

    [Fact]
    public async Task A_repeat_gives_nothing_twice()
    {
        await using var room = await Room.OpenAsync();
        var first = await Set(room, Free(), "once");
        (await Set(room, Free(), "once")).Value.ShouldBe(first.Value);
        (await room.CountAsync("entitlements.assignment")).ShouldBe(1);
    }

    [Fact]
    public async Task A_plan_can_be_scheduled_and_a_plan_given_earlier_supersedes_it()
    {
        await using var room = await Room.OpenAsync();
        await Set(room, Free());
        var later = Free();
        (later.Plan, later.EffectiveTime) = ("premium", Timestamp.FromDateTimeOffset(room.Now.AddDays(3)));
        await Set(room, later);
        (await Held()).ShouldBe("free, then premium");
        room.Clock.Move(TimeSpan.FromDays(4));
        (await Held()).ShouldBe("premium");
        later.EffectiveTime = Timestamp.FromDateTimeOffset(room.Now.AddDays(3));
        later.Plan = "free";
        await Set(room, later);
        await Set(room, new SetListenerPlanRequest { ListenerId = "anna", Plan = "premium", Market = "WORLD", AddOns = { "more_time" } });
        (await Held()).ShouldBe("premium");

        async Task<string> Held()
        {
            var held = (await room.AskAsync<GetListenerRequest, Listener>("GetListener", new GetListenerRequest { ListenerId = "anna" })).Value;
            return string.Join(", then ", held.Scheduled.Select(s => s.Plan).Prepend(held.Plan));
        }
    }

    [Fact]
    public async Task What_was_consumed_stays_consumed_when_the_plan_changes_back_and_forth()
    {
        await using var room = await Room.OpenAsync();
        await Set(room, Free());
        await room.ConsumeAsync("anna", "on_demand_time", 1000);
        await room.SetAsync("anna", "premium");
        (await room.ConsumeAsync("anna", "on_demand_time", 100_000)).Value.Unlimited.ShouldBeTrue();
        await room.SetAsync("anna", "free");
        (await room.BalanceAsync("anna", "on_demand_time")).Used.ShouldBe(1000);
    }

    [Fact]
    public async Task A_plan_closed_to_new_listeners_is_kept_by_those_who_hold_it()
    {
        await using var room = await Room.OpenAsync();
        await room.SetAsync("anna", "premium");
        await room.PublishAsync(d => d.Plans.Single(p => p.Key == "premium").Offers[0].Availability = Offer.Types.Availability.ClosedToNew);
        (await room.SetAsync("anna", "premium")).Fault.ShouldBeNull();
        (await room.SetAsync("bob", "premium")).Fault!.Reason.ShouldBe("PLAN_CLOSED");
    }

    [Fact]
    public async Task What_is_wrong_is_named()
    {
        await using var room = await Room.OpenAsync();
        (await Field(new SetListenerPlanRequest { ListenerId = " ", Plan = "free", Market = "WORLD" })).ShouldBe("listener_id");
        (await Field(new SetListenerPlanRequest { ListenerId = "a", Plan = "gold", Market = "WORLD" })).ShouldBe("plan");
        (await Field(new SetListenerPlanRequest { ListenerId = "a", Plan = "more_time", Market = "WORLD" })).ShouldBe("plan");
        (await Field(new SetListenerPlanRequest { ListenerId = "a", Plan = "free", Market = "MOON" })).ShouldBe("market");
        (await Field(new SetListenerPlanRequest { ListenerId = "a", Plan = "free", Market = "WORLD", TimeZone = "Mars/Base" })).ShouldBe("time_zone");
        (await Field(new SetListenerPlanRequest { ListenerId = "a", Plan = "free", Market = "WORLD", AddOns = { "more_time", "free" } })).ShouldBe("add_ons[1]");
        (await Field(new SetListenerPlanRequest { ListenerId = "a", Plan = "free", Market = "WORLD", AddOns = { "more_time", "more_time" } })).ShouldBe("add_ons");
        (await room.CountAsync("entitlements.listener")).ShouldBe(0);

        async Task<string?> Field(SetListenerPlanRequest request) => (await Set(room, request)).Fault?.Field;
    }
}
