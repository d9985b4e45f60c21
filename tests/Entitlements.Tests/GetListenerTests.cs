using Busker.Entitlements.V1;
using Google.Protobuf.WellKnownTypes;

namespace Busker.Entitlements.Tests;

public sealed class GetListenerTests
{
    [Fact]
    public async Task A_listener_is_read_as_of_any_moment()
    {
        await using var room = await Room.OpenAsync();
        var start = room.Now;
        await room.SetAsync("anna", "free");
        room.Clock.Move(TimeSpan.FromDays(10));
        await room.SetAsync("anna", "premium");
        (await Get(null)).Value.Plan.ShouldBe("premium");
        (await Get(start.AddDays(5))).Value.Plan.ShouldBe("free");
        (await Get(start.AddDays(5))).Value.Scheduled.Select(s => s.Plan).ShouldBe(["premium"]);
        (await Get(start.AddDays(-5))).Fault!.Reason.ShouldBe("LISTENER_NOT_FOUND");

        Task<Kernel.Result<Listener>> Get(DateTimeOffset? at) => room.AskAsync<GetListenerRequest, Listener>("GetListener",
            new GetListenerRequest { ListenerId = "anna", AsOfTime = at is { } time ? Timestamp.FromDateTimeOffset(time) : null });
    }

    [Fact]
    public async Task Another_tenant_finds_no_listener()
    {
        await using var room = await Room.OpenAsync();
        await room.SetAsync("anna", "free");
        (await room.AskAsync<GetListenerRequest, Listener>("GetListener", new GetListenerRequest { ListenerId = "anna" }, scope: Guid.CreateVersion7()))
            .Fault!.Reason.ShouldBe("LISTENER_NOT_FOUND");
        (await room.AskAsync<GetListenerRequest, Listener>("GetListener", new GetListenerRequest())).Fault!.Field.ShouldBe("listener_id");
    }
}
