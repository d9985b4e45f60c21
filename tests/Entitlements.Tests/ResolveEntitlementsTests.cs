using Busker.Entitlements.V1;
using Google.Protobuf.WellKnownTypes;

namespace Busker.Entitlements.Tests;

public sealed class ResolveEntitlementsTests
{
    private static string Text(ResolveEntitlementsResponse answer, string feature) => answer.Entitlements.Single(e => e.Feature == feature).Text;

    [Fact]
    public async Task A_listener_has_what_plan_and_add_ons_give()
    {
        await using var room = await Room.OpenAsync();
        await room.SetAsync("anna", "free", "more_time");
        var answer = await room.ResolveAsync("anna");
        (answer.Plan, answer.PlanVersion, answer.CatalogVersion, answer.Market).ShouldBe(("free", 1, 1, "WORLD"));
        Text(answer, "on_demand_time").ShouldBe("1 h per calendar day, then shuffle_only");
        Text(answer, "playback").ShouldBe("on_demand");
        answer.Entitlements.ShouldAllBe(e => e.Sources.Count == 0);
        answer.CatalogHash.Length.ShouldBe(32);
    }

    [Fact]
    public async Task A_used_up_cap_changes_what_holds_and_the_trace_says_why_and_until_when()
    {
        await using var room = await Room.OpenAsync();
        await room.SetAsync("anna", "free");
        await room.ConsumeAsync("anna", "on_demand_time", 1800);
        var answer = await room.ResolveAsync("anna", explain: true);
        answer.Variants.ShouldBe(["shuffle_only"]);
        Text(answer, "skips").ShouldBe("6 per rolling hour");
        answer.Entitlements.Single(e => e.Feature == "skips").Sources.Select(s => (s.Source_, s.Text, s.Holds)).ShouldBe(
            [("fallback", "6 per rolling hour", false), ("plan free v1", "unlimited", false),
                ("variant shuffle_only because on_demand_time is used up", "6 per rolling hour", true)]);
        answer.NextChange.Reason.ShouldBe("on_demand_time starts again");
        answer.NextChange.Changes.ShouldBe(["playback shuffle → on_demand", "skips 6 per rolling hour → unlimited"]);
        answer.NextChange.Time.ToDateTimeOffset().TimeOfDay.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task The_next_change_is_the_soonest_of_catalog_and_plan_that_alters_a_value()
    {
        await using var room = await Room.OpenAsync();
        await room.SetAsync("anna", "premium");
        (await room.ResolveAsync("anna", explain: true)).NextChange.ShouldBeNull();
        await room.AskAsync<SetListenerPlanRequest, Listener>("SetListenerPlan", new SetListenerPlanRequest
        {
            ListenerId = "anna", Plan = "free", Market = "WORLD", EffectiveTime = Timestamp.FromDateTimeOffset(room.Now.AddDays(9)),
        });
        var plan = (await room.ResolveAsync("anna", explain: true)).NextChange;
        plan.Reason.ShouldBe("the plan changes to free");
        plan.Changes.ShouldContain("ads no → yes");
        await room.PublishAsync(d => d.Plans.Single(p => p.Key == "premium").Settings.Single(s => s.Feature == "ads").Value.Flag = true, TimeSpan.FromDays(2));
        var catalog = (await room.ResolveAsync("anna", explain: true)).NextChange;
        (catalog.Reason, catalog.Changes.Single()).ShouldBe(("catalog version 2 takes effect", "ads no → yes"));
    }

    [Fact]
    public async Task Any_moment_past_or_to_come_can_be_asked_for()
    {
        await using var room = await Room.OpenAsync();
        await room.SetAsync("anna", "free");
        var before = room.Now;
        room.Clock.Move(TimeSpan.FromDays(1));
        await room.SetAsync("anna", "premium");
        await room.PublishAsync(d => d.Features.Single(f => f.Key == "ads").Fallback.Flag = false, TimeSpan.FromDays(1));
        Text(await room.ResolveAsync("anna", at: before), "ads").ShouldBe("yes");
        Text(await room.ResolveAsync("anna"), "ads").ShouldBe("no");
        (await room.ResolveAsync("anna", at: room.Now.AddDays(2))).CatalogVersion.ShouldBe(2);
    }

    [Fact]
    public async Task Features_can_be_picked_and_unknown_ones_are_named()
    {
        await using var room = await Room.OpenAsync();
        await room.SetAsync("anna", "free");
        var picked = await Ask(new ResolveEntitlementsRequest { ListenerId = "anna", Features = { "skips", "ads" } });
        picked.Value.Entitlements.Select(e => e.Feature).ShouldBe(["ads", "skips"]);
        (await Ask(new ResolveEntitlementsRequest { ListenerId = "anna", Features = { "skips", "gold" } })).Fault!.Field.ShouldBe("features[1]");
        (await Ask(new ResolveEntitlementsRequest { ListenerId = "bob" })).Fault!.Reason.ShouldBe("LISTENER_NOT_FOUND");
        (await Ask(new ResolveEntitlementsRequest { ListenerId = "anna" }, Guid.CreateVersion7())).Fault!.Reason.ShouldBe("LISTENER_NOT_FOUND");

        Task<Kernel.Result<ResolveEntitlementsResponse>> Ask(ResolveEntitlementsRequest request, Guid? scope = null) =>
            room.AskAsync<ResolveEntitlementsRequest, ResolveEntitlementsResponse>("ResolveEntitlements", request, scope: scope);
    }
}
