using Busker.Common.V1;
using Busker.Entitlements.V1;

namespace Busker.Entitlements.Tests;

public sealed class ListListenersTests
{
    [Fact]
    public async Task Listeners_come_in_order_a_page_at_a_time_and_only_ones_own()
    {
        await using var room = await Room.OpenAsync();
        foreach (var id in new[] { "c", "a", "b" }) await room.SetAsync(id, "free");
        var first = (await List(2, "")).Value;
        first.Listeners.Select(l => (l.ListenerId, l.Plan)).ShouldBe([("a", "free"), ("b", "free")]);
        var rest = (await List(2, first.NextPageToken)).Value;
        (rest.Listeners.Single().ListenerId, rest.NextPageToken).ShouldBe(("c", ""));
        (await List(501, "")).Fault!.Field.ShouldBe("page.page_size");
        (await List(1, "x")).Fault!.Field.ShouldBe("page.page_token");
        (await List(2, "", Guid.CreateVersion7())).Value.Listeners.ShouldBeEmpty();

        Task<Kernel.Result<ListListenersResponse>> List(int size, string token, Guid? scope = null) =>
            room.AskAsync<ListListenersRequest, ListListenersResponse>("ListListeners",
                new ListListenersRequest { Page = new PageRequest { PageSize = size, PageToken = token } }, scope: scope);
    }
}
