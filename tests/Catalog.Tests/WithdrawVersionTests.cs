using Busker.Catalog.V1;

namespace Busker.Catalog.Tests;

public sealed class WithdrawVersionTests
{
    [Fact]
    public async Task A_scheduled_version_can_be_taken_back_and_its_number_is_not_used_again()
    {
        await using var room = await Room.OpenAsync();
        await room.PublishAsync();
        await room.PublishAsync(d => d.Plans[0].Settings.RemoveAt(2), TimeSpan.FromDays(1));
        var gone = await room.AskAsync(new WithdrawVersion(room.Db, room.Book), new WithdrawVersionRequest { Number = 2 });
        gone.Value.State.ShouldBe(V1.Version.Types.State.Withdrawn);
        (await room.Book.OfAsync(room.Scope, default)).Versions.Select(v => v.Number).ShouldBe([1]);
        (await room.PublishAsync()).Number.ShouldBe(3);
    }

    [Fact]
    public async Task What_has_taken_effect_or_is_not_the_newest_stays()
    {
        await using var room = await Room.OpenAsync();
        await room.PublishAsync();
        (await Reason(1)).ShouldBe("VERSION_IN_FORCE");
        await room.PublishAsync(later: TimeSpan.FromDays(1));
        (await Reason(1)).ShouldBe("VERSION_NOT_NEWEST");
        (await Reason(7)).ShouldBe("CATALOG_VERSION_NOT_FOUND");
        (await Reason(0)).ShouldBe("INVALID_FIELD");
        room.Clock.Move(TimeSpan.FromDays(2));
        (await Reason(2)).ShouldBe("VERSION_IN_FORCE");

        async Task<string> Reason(int number) =>
            (await room.AskAsync(new WithdrawVersion(room.Db, room.Book), new WithdrawVersionRequest { Number = number })).Fault!.Reason;
    }
}
