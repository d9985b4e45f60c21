using Busker.Catalog.V1;

namespace Busker.Catalog.Tests;

public sealed class CreateDraftTests
{
    [Fact]
    public async Task A_first_draft_is_empty_and_a_later_one_starts_from_the_newest_version()
    {
        await using var room = await Room.OpenAsync();
        var first = await room.DraftAsync();
        (first.Document, first.BaseVersion, first.State).ShouldBe((new Document(), 0, Draft.Types.State.Open));
        await room.PublishAsync();
        var second = await room.DraftAsync();
        second.BaseVersion.ShouldBe(1);
        second.Document.Plans.Select(p => p.Version).ShouldBe([1, 1, 1]);
    }

    [Fact]
    public async Task A_repeat_opens_no_second_draft()
    {
        await using var room = await Room.OpenAsync();
        var request = new CreateDraftRequest { Note = "once" };
        var first = await room.AskAsync(new CreateDraft(room.Db), request, "same");
        var again = await room.AskAsync(new CreateDraft(room.Db), request, "same");
        again.Value.ShouldBe(first.Value);
        (await room.CountAsync("catalog.draft")).ShouldBe(1);
        (await room.CountAsync("storage.audit")).ShouldBe(1);
        (await room.AskAsync(new CreateDraft(room.Db), new CreateDraftRequest { Note = "other" }, "same")).Fault!.Reason.ShouldBe("REQUEST_ID_REUSED");
    }

    [Fact]
    public async Task A_note_that_is_too_long_is_refused_by_name()
    {
        await using var room = await Room.OpenAsync();
        (await room.AskAsync(new CreateDraft(room.Db), new CreateDraftRequest { Note = new string('x', 501) })).Fault!.Field.ShouldBe("note");
    }
}
