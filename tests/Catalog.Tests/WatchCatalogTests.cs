using System.Threading.Channels;
using Busker.Catalog.V1;

namespace Busker.Catalog.Tests;

public sealed class WatchCatalogTests
{
    [Fact]
    public async Task A_watcher_sees_the_present_then_each_publication_withdrawal_and_taking_effect()
    {
        await using var room = await Room.OpenAsync();
        await room.PublishAsync();
        using var stop = new CancellationTokenSource();
        var (states, watching) = Watch(room, 0, stop.Token);

        (await Next(states)).ShouldBe((1L, 1, 0));
        await room.PublishAsync(later: TimeSpan.FromDays(1));
        (await Next(states)).ShouldBe((2L, 1, 1));
        room.Clock.Move(TimeSpan.FromDays(2));
        (await Next(states)).ShouldBe((2L, 2, 0));
        await room.PublishAsync(later: TimeSpan.FromDays(1));
        (await Next(states)).ShouldBe((3L, 2, 1));
        await room.AskAsync(new WithdrawVersion(room.Db, room.Book), new WithdrawVersionRequest { Number = 3 });
        (await Next(states)).ShouldBe((4L, 2, 0));
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(watching);
    }

    [Fact]
    public async Task A_watcher_that_comes_back_waits_for_news()
    {
        await using var room = await Room.OpenAsync();
        await room.PublishAsync();
        using var stop = new CancellationTokenSource();
        var (states, watching) = Watch(room, 1, stop.Token);
        await room.PublishAsync();
        (await Next(states)).ShouldBe((2L, 2, 0));
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(watching);
    }

    [Fact]
    public async Task Another_hosts_publication_is_seen_too()
    {
        await using var room = await Room.OpenAsync();
        using var stop = new CancellationTokenSource();
        var (states, watching) = Watch(room, 0, stop.Token);
        (await Next(states)).ShouldBe((0L, 0, 0));
        var elsewhere = new CatalogBook(room.Db);
        var draft = await room.DraftAsync(Samples.Tiny());
        await room.AskAsync(new PublishDraft(room.Db, elsewhere), new PublishDraftRequest { DraftId = draft.DraftId, Etag = draft.Etag });
        (await Next(states)).ShouldBe((1L, 1, 0));
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(watching);
    }

    private static (ChannelReader<CatalogState> States, Task Watching) Watch(Room room, long after, CancellationToken ct)
    {
        var channel = Channel.CreateUnbounded<CatalogState>();
        var request = new WatchCatalogRequest { AfterRevision = after };
        return (channel.Reader, new WatchCatalog(room.Db, room.Book).HandleAsync(
            request, room.Call("WatchCatalog", request), state => channel.Writer.WriteAsync(state), ct));
    }

    private static async Task<(long Revision, int Active, int Scheduled)> Next(ChannelReader<CatalogState> states)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var state = await states.ReadAsync(patience.Token);
        return (state.Revision, state.Active?.Number ?? 0, state.Scheduled.Count);
    }
}
