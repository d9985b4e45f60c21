using Busker.Catalog.V1;

namespace Busker.Catalog.Tests;

public sealed class CheckDraftTests
{
    [Fact]
    public async Task A_draft_tells_what_it_would_change()
    {
        await using var room = await Room.OpenAsync();
        await room.PublishAsync();
        var changed = Samples.Tiny();
        changed.Plans.Single(p => p.Key == "premium").Offers[0].Price.AmountMinor = 1099;
        var check = await room.AskAsync(new CheckDraft(room.Db), new CheckDraftRequest { DraftId = (await room.DraftAsync(changed)).DraftId });
        check.Value.Changes.Select(c => c.Text).ShouldBe(["premium in WORLD: price 9.99 EUR per month → 10.99 EUR per month"]);
        (check.Value.ComparedVersion, check.Value.Problems.Count).ShouldBe((1, 0));
    }

    [Fact]
    public async Task A_draft_tells_what_is_wrong_with_it()
    {
        await using var room = await Room.OpenAsync();
        var wrong = Samples.Tiny();
        wrong.Plans[1].Product = "";
        var check = await room.AskAsync(new CheckDraft(room.Db), new CheckDraftRequest { DraftId = (await room.DraftAsync(wrong)).DraftId });
        check.Value.Problems.Select(p => p.Field).ShouldBe(["plans[1].product"]);
        check.Value.Changes.ShouldBeEmpty();
        (await room.AskAsync(new CheckDraft(room.Db), new CheckDraftRequest { DraftId = check.Value.ToString() })).Fault!.Field.ShouldBe("draft_id");
    }
}
