using Busker.Catalog.V1;
using Busker.Common.V1;

namespace Busker.Catalog.Tests;

public sealed class ListVersionsTests
{
    [Fact]
    public async Task Versions_come_newest_first_with_where_they_stand()
    {
        await using var room = await Room.OpenAsync();
        for (var i = 0; i < 3; i++) await room.PublishAsync();
        await room.PublishAsync(later: TimeSpan.FromDays(1));
        var first = (await room.AskAsync(new ListVersions(room.Db), new ListVersionsRequest { Page = new PageRequest { PageSize = 3 } })).Value;
        first.Versions.Select(v => (v.Number, v.State)).ShouldBe(
            [(4, V1.Version.Types.State.Scheduled), (3, V1.Version.Types.State.Active), (2, V1.Version.Types.State.Past)]);
        first.Versions.ShouldAllBe(v => v.Document == null);
        var rest = (await room.AskAsync(new ListVersions(room.Db), new ListVersionsRequest { Page = new PageRequest { PageToken = first.NextPageToken } })).Value;
        (rest.Versions.Single().Number, rest.NextPageToken).ShouldBe((1, ""));
        (await room.AskAsync(new ListVersions(room.Db), new ListVersionsRequest(), scope: Guid.CreateVersion7())).Value.Versions.ShouldBeEmpty();
        (await room.AskAsync(new ListVersions(room.Db), new ListVersionsRequest { Page = new PageRequest { PageToken = "abc" } })).Fault!.Field.ShouldBe("page.page_token");
    }
}
