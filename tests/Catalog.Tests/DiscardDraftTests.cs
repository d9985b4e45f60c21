using Busker.Catalog.V1;

namespace Busker.Catalog.Tests;

public sealed class DiscardDraftTests
{
    [Fact]
    public async Task A_discarded_draft_stays_readable_and_cannot_be_published_or_discarded_again()
    {
        await using var room = await Room.OpenAsync();
        var draft = await room.DraftAsync(Samples.Tiny());
        var request = new DiscardDraftRequest { DraftId = draft.DraftId };
        var closed = await room.AskAsync(new DiscardDraft(room.Db), request);
        closed.Value.State.ShouldBe(Draft.Types.State.Discarded);
        (await room.AskAsync(new GetDraft(room.Db), new GetDraftRequest { DraftId = draft.DraftId })).Value.ShouldBe(closed.Value);
        (await room.PublishAsync(closed.Value)).Fault!.Reason.ShouldBe("DRAFT_CLOSED");
        (await room.AskAsync(new DiscardDraft(room.Db), request)).Fault!.Reason.ShouldBe("DRAFT_CLOSED");
    }

    [Fact]
    public async Task Another_tenant_finds_no_draft()
    {
        await using var room = await Room.OpenAsync();
        var draft = await room.DraftAsync();
        (await room.AskAsync(new DiscardDraft(room.Db), new DiscardDraftRequest { DraftId = draft.DraftId }, scope: Guid.CreateVersion7()))
            .Fault!.Reason.ShouldBe("DRAFT_NOT_FOUND");
    }
}
