using Busker.Catalog.V1;
using Busker.Common.V1;

namespace Busker.Catalog.Tests;

public sealed class ListDraftsTests
{
    [Fact]
    public async Task Drafts_come_newest_first_a_page_at_a_time_without_documents()
    {
        await using var room = await Room.OpenAsync();
        var made = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            made.Add((await room.DraftAsync(Samples.Tiny())).DraftId);
            room.Clock.Move(TimeSpan.FromMilliseconds(2));
        }

        var seen = new List<string>();
        var token = "";
        do
        {
            var page = (await room.AskAsync(new ListDrafts(room.Db), new ListDraftsRequest { Page = new PageRequest { PageSize = 2, PageToken = token } })).Value;
            page.Drafts.ShouldAllBe(d => d.Document == null);
            seen.AddRange(page.Drafts.Select(d => d.DraftId));
            token = page.NextPageToken;
        }
        while (token.Length > 0);
        seen.ShouldBe(made.AsEnumerable().Reverse());
    }

    [Fact]
    public async Task A_list_can_be_of_one_state_and_its_token_is_bound_to_it()
    {
        await using var room = await Room.OpenAsync();
        await room.DraftAsync();
        await room.DraftAsync();
        await room.AskAsync(new DiscardDraft(room.Db), new DiscardDraftRequest { DraftId = (await room.DraftAsync()).DraftId });
        var open = (await room.AskAsync(new ListDrafts(room.Db), new ListDraftsRequest { State = Draft.Types.State.Open, Page = new PageRequest { PageSize = 1 } })).Value;
        open.NextPageToken.ShouldNotBeEmpty();
        (await room.AskAsync(new ListDrafts(room.Db), new ListDraftsRequest { State = Draft.Types.State.Discarded })).Value.Drafts.Count.ShouldBe(1);
        var other = new ListDraftsRequest { State = Draft.Types.State.Discarded, Page = new PageRequest { PageToken = open.NextPageToken } };
        (await room.AskAsync(new ListDrafts(room.Db), other)).Fault!.Field.ShouldBe("page.page_token");
        (await room.AskAsync(new ListDrafts(room.Db), new ListDraftsRequest { Page = new PageRequest { PageSize = 501 } })).Fault!.Field.ShouldBe("page.page_size");
        (await room.AskAsync(new ListDrafts(room.Db), new ListDraftsRequest(), scope: Guid.CreateVersion7())).Value.Drafts.ShouldBeEmpty();
    }
}
