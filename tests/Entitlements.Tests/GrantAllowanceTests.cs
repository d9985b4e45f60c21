using Busker.Entitlements.V1;
using Google.Protobuf.WellKnownTypes;

namespace Busker.Entitlements.Tests;

public sealed class GrantAllowanceTests
{
    private static Task<Kernel.Result<Allowance>> Grant(Room room, GrantAllowanceRequest request, string? requestId = null, Guid? scope = null) =>
        room.AskAsync<GrantAllowanceRequest, Allowance>("GrantAllowance", request, requestId, scope);

    private static GrantAllowanceRequest Ten(Timestamp? expires = null) =>
        new() { ListenerId = "anna", Feature = "on_demand_time", Amount = 10, ExpireTime = expires };

    [Fact]
    public async Task An_allowance_is_given_once_and_listed_in_the_order_it_will_be_consumed()
    {
        await using var room = await Room.OpenAsync();
        await room.SetAsync("anna", "free");
        var paid = await Grant(room, Ten(), "once");
        (await Grant(room, Ten(), "once")).Value.ShouldBe(paid.Value);
        var soon = await Grant(room, Ten(Timestamp.FromDateTimeOffset(room.Now.AddDays(1))));
        paid.Value.Priority.ShouldBe(30);
        var balance = await room.BalanceAsync("anna", "on_demand_time");
        balance.Allowances.Select(a => a.AllowanceId).ShouldBe([soon.Value.AllowanceId, paid.Value.AllowanceId]);
        balance.Remaining.ShouldBe(1820);
        room.Clock.Move(TimeSpan.FromDays(1));
        (await room.BalanceAsync("anna", "on_demand_time")).Remaining.ShouldBe(1810);
    }

    [Fact]
    public async Task What_is_wrong_is_named()
    {
        await using var room = await Room.OpenAsync();
        await room.SetAsync("anna", "free");
        (await Grant(room, new GrantAllowanceRequest { ListenerId = "bob", Feature = "skips", Amount = 1 })).Fault!.Reason.ShouldBe("LISTENER_NOT_FOUND");
        (await Grant(room, new GrantAllowanceRequest { ListenerId = "anna", Feature = "ads", Amount = 1 })).Fault!.Reason.ShouldBe("CAP_NOT_FOUND");
        (await Grant(room, new GrantAllowanceRequest { ListenerId = "anna", Feature = "skips" })).Fault!.Field.ShouldBe("amount");
        (await Grant(room, new GrantAllowanceRequest { ListenerId = "anna", Feature = "skips", Amount = 1, Priority = 101 })).Fault!.Field.ShouldBe("priority");
        (await Grant(room, Ten(Timestamp.FromDateTimeOffset(room.Now.AddDays(-1))))).Fault!.Field.ShouldBe("expire_time");
        (await Grant(room, Ten(), scope: Guid.CreateVersion7())).Fault.ShouldNotBeNull();
        (await room.CountAsync("entitlements.allowance")).ShouldBe(0);
    }
}
