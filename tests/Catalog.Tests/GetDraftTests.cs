using Busker.Catalog.V1;

namespace Busker.Catalog.Tests;

public sealed class GetDraftTests
{
    [Fact]
    public async Task A_draft_is_read_back_whole()
    {
        await using var room = await Room.OpenAsync();
        var draft = await room.DraftAsync(Samples.Streaming());
        (await room.AskAsync(new GetDraft(room.Db), new GetDraftRequest { DraftId = draft.DraftId })).Value.ShouldBe(draft);
    }

    [Fact]
    public async Task What_is_not_there_is_not_found_and_what_is_no_id_is_refused()
    {
        await using var room = await Room.OpenAsync();
        var draft = await room.DraftAsync();
        (await room.AskAsync(new GetDraft(room.Db), new GetDraftRequest { DraftId = draft.DraftId }, scope: Guid.CreateVersion7())).Fault!.Reason.ShouldBe("DRAFT_NOT_FOUND");
        (await room.AskAsync(new GetDraft(room.Db), new GetDraftRequest { DraftId = "ten_1" })).Fault!.Field.ShouldBe("draft_id");
    }
}
