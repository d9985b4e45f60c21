using Busker.Catalog.V1;
using Google.Protobuf.WellKnownTypes;

namespace Busker.Catalog.Tests;

public sealed class GetVersionTests
{
    [Fact]
    public async Task A_version_is_found_by_number_by_time_and_as_the_one_in_force()
    {
        await using var room = await Room.OpenAsync();
        var first = await room.PublishAsync();
        await room.PublishAsync(d => d.Plans[0].Settings.RemoveAt(2), TimeSpan.FromDays(1));
        (await Get(new GetVersionRequest())).ShouldBe((1, V1.Version.Types.State.Active));
        (await Get(new GetVersionRequest { Number = 2 })).ShouldBe((2, V1.Version.Types.State.Scheduled));
        room.Clock.Move(TimeSpan.FromDays(2));
        (await Get(new GetVersionRequest())).ShouldBe((2, V1.Version.Types.State.Active));
        (await Get(new GetVersionRequest { AsOfTime = first.EffectiveTime })).ShouldBe((1, V1.Version.Types.State.Past));

        async Task<(int, V1.Version.Types.State)> Get(GetVersionRequest request)
        {
            var version = (await room.AskAsync(new GetVersion(room.Db), request)).Value;
            return (version.Number, version.State);
        }
    }

    [Fact]
    public async Task A_version_that_is_not_there_is_not_found()
    {
        await using var room = await Room.OpenAsync();
        (await Fault(new GetVersionRequest())).ShouldBe("CATALOG_VERSION_NOT_FOUND");
        await room.PublishAsync();
        (await Fault(new GetVersionRequest { Number = 2 })).ShouldBe("CATALOG_VERSION_NOT_FOUND");
        (await Fault(new GetVersionRequest { Number = -1 })).ShouldBe("INVALID_FIELD");
        (await Fault(new GetVersionRequest { Number = 1, AsOfTime = new Timestamp() })).ShouldBe("INVALID_FIELD");
        (await room.AskAsync(new GetVersion(room.Db), new GetVersionRequest { Number = 1 }, scope: Guid.CreateVersion7())).Fault!.Reason.ShouldBe("CATALOG_VERSION_NOT_FOUND");

        async Task<string> Fault(GetVersionRequest request) => (await room.AskAsync(new GetVersion(room.Db), request)).Fault!.Reason;
    }
}
