using Busker.Entitlements.V1;

namespace Busker.Entitlements.Tests;

public sealed class GetCapBalanceTests
{
    [Fact]
    public async Task A_balance_tells_what_is_left_without_consuming()
    {
        await using var room = await Room.OpenAsync();
        await room.SetAsync("anna", "free");
        await room.ConsumeAsync("anna", "on_demand_time", 300);
        for (var i = 0; i < 2; i++)
        {
            var balance = await room.BalanceAsync("anna", "on_demand_time");
            (balance.Limit, balance.Used, balance.Remaining, balance.Rule).ShouldBe((1800, 300, 1500, "30 min per calendar day, then shuffle_only"));
        }

        (await room.BalanceAsync("anna", "skips")).Unlimited.ShouldBeTrue();
        await room.ConsumeAsync("anna", "on_demand_time", 1500);
        (await room.BalanceAsync("anna", "on_demand_time")).Variant.ShouldBe("shuffle_only");
        var skips = await room.BalanceAsync("anna", "skips");
        (skips.Unlimited, skips.Remaining, skips.ResetTime).ShouldBe((false, 6, null));
    }

    [Fact]
    public async Task All_caps_come_in_the_catalogs_order_and_unknown_ones_are_named()
    {
        await using var room = await Room.OpenAsync();
        await room.SetAsync("anna", "free");
        (await Get(new GetCapBalanceRequest { ListenerId = "anna" })).Value.Balances.Select(b => b.Feature).ShouldBe(["on_demand_time", "skips"]);
        (await Get(new GetCapBalanceRequest { ListenerId = "anna", Features = { "skips", "ads" } })).Fault!.Field.ShouldBe("features[1]");
        (await Get(new GetCapBalanceRequest { ListenerId = "bob" })).Fault!.Reason.ShouldBe("LISTENER_NOT_FOUND");

        Task<Kernel.Result<GetCapBalanceResponse>> Get(GetCapBalanceRequest request) =>
            room.AskAsync<GetCapBalanceRequest, GetCapBalanceResponse>("GetCapBalance", request);
    }
}
