using Busker.Catalog.V1;

namespace Busker.Catalog.Tests;

public sealed class UpdateDraftTests
{
    [Fact]
    public async Task Of_two_who_change_a_draft_at_once_the_second_is_told_to_read_again()
    {
        await using var room = await Room.OpenAsync();
        var draft = await room.DraftAsync();
        var first = await room.AskAsync(new UpdateDraft(room.Db), new UpdateDraftRequest { DraftId = draft.DraftId, Etag = draft.Etag, Document = Samples.Tiny() });
        first.Value.Document.ShouldBe(Samples.Tiny());
        first.Value.Note.ShouldBe("because");
        first.Value.Etag.ShouldNotBe(draft.Etag);
        var second = await room.AskAsync(new UpdateDraft(room.Db), new UpdateDraftRequest { DraftId = draft.DraftId, Etag = draft.Etag, Note = "mine" });
        (second.Fault!.Reason, second.Fault.Field).ShouldBe(("DRAFT_CHANGED", "etag"));
    }

    [Fact]
    public async Task What_is_not_sent_stays()
    {
        await using var room = await Room.OpenAsync();
        var draft = await room.DraftAsync(Samples.Tiny());
        var noted = await room.AskAsync(new UpdateDraft(room.Db), new UpdateDraftRequest { DraftId = draft.DraftId, Etag = draft.Etag, Note = "new" });
        (noted.Value.Note, noted.Value.Document).ShouldBe(("new", Samples.Tiny()));
    }

    [Fact]
    public async Task A_closed_draft_and_another_tenants_draft_cannot_be_changed()
    {
        await using var room = await Room.OpenAsync();
        var draft = await room.DraftAsync();
        var request = new UpdateDraftRequest { DraftId = draft.DraftId, Etag = draft.Etag, Note = "x" };
        (await room.AskAsync(new UpdateDraft(room.Db), request, scope: Guid.CreateVersion7())).Fault!.Reason.ShouldBe("DRAFT_NOT_FOUND");
        await room.AskAsync(new DiscardDraft(room.Db), new DiscardDraftRequest { DraftId = draft.DraftId });
        (await room.AskAsync(new UpdateDraft(room.Db), request)).Fault!.Reason.ShouldBe("DRAFT_CLOSED");
        (await room.AskAsync(new UpdateDraft(room.Db), new UpdateDraftRequest { DraftId = "x" })).Fault!.Field.ShouldBe("draft_id");
    }
}
