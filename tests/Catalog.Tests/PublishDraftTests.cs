using Busker.Catalog.V1;

namespace Busker.Catalog.Tests;

public sealed class PublishDraftTests
{
    [Fact]
    public async Task A_published_draft_is_the_next_version_and_in_force_at_once()
    {
        await using var room = await Room.OpenAsync();
        var version = await room.PublishAsync();
        (version.Number, version.State, version.Note).ShouldBe((1, V1.Version.Types.State.Active, "because"));
        version.Changes.ShouldNotBeEmpty();
        (await room.Book.OfAsync(room.Scope, default)).At(room.Clock.GetUtcNow())!.Number.ShouldBe(1);
        (await room.CountAsync("storage.outbox where kind = 'busker.catalog.v1.CatalogPublished'")).ShouldBe(1);
    }

    [Fact]
    public async Task Only_changed_plans_get_a_new_version()
    {
        await using var room = await Room.OpenAsync();
        await room.PublishAsync();
        var second = await room.PublishAsync(d => d.Plans.Single(p => p.Key == "premium").Offers[0].Price.AmountMinor = 1);
        second.Document.Plans.Select(p => (p.Key, p.Version)).ShouldBe([("free", 1), ("premium", 2), ("more_time", 1)]);
    }

    [Fact]
    public async Task What_was_checked_is_what_is_published()
    {
        await using var room = await Room.OpenAsync();
        var draft = await room.DraftAsync(Samples.Tiny());
        await room.AskAsync(new UpdateDraft(room.Db), new UpdateDraftRequest { DraftId = draft.DraftId, Etag = draft.Etag, Note = "x" });
        (await room.PublishAsync(draft)).Fault!.Reason.ShouldBe("DRAFT_CHANGED");
    }

    [Fact]
    public async Task Of_two_drafts_on_one_base_the_second_is_refused()
    {
        await using var room = await Room.OpenAsync();
        var (one, two) = (await room.DraftAsync(Samples.Tiny()), await room.DraftAsync(Samples.Streaming()));
        (await room.PublishAsync(one)).Fault.ShouldBeNull();
        (await room.PublishAsync(two)).Fault!.Reason.ShouldBe("CATALOG_CHANGED");
        (await room.PublishAsync(one)).Fault!.Reason.ShouldBe("DRAFT_CLOSED");
    }

    [Fact]
    public async Task Two_who_publish_at_the_same_moment_make_one_version()
    {
        await using var room = await Room.OpenAsync();
        var drafts = new List<Draft>();
        for (var i = 0; i < 6; i++) drafts.Add(await room.DraftAsync(Samples.Tiny()));
        var results = await Task.WhenAll(drafts.Select(d => room.PublishAsync(d)));
        results.Count(r => r.Fault is null).ShouldBe(1);
        results.Where(r => r.Fault is not null).ShouldAllBe(r => r.Fault!.Reason == "CATALOG_CHANGED");
        (await room.CountAsync("catalog.version")).ShouldBe(1);
    }

    [Fact]
    public async Task A_version_may_take_effect_later_and_nothing_slips_in_before_it()
    {
        await using var room = await Room.OpenAsync();
        await room.PublishAsync();
        var later = await room.PublishAsync(d => d.Plans[0].Settings.RemoveAt(2), TimeSpan.FromDays(10));
        later.State.ShouldBe(V1.Version.Types.State.Scheduled);
        var timeline = await room.Book.OfAsync(room.Scope, default);
        timeline.At(room.Clock.GetUtcNow())!.Number.ShouldBe(1);
        timeline.At(room.Clock.GetUtcNow().AddDays(11))!.Number.ShouldBe(2);
        var between = await room.PublishAsync(await room.DraftAsync(), TimeSpan.FromDays(5));
        (between.Fault!.Reason, between.Fault.Field).ShouldBe(("VERSION_SCHEDULED", "effective_time"));
    }

    [Fact]
    public async Task A_wrong_document_is_refused_with_every_path()
    {
        await using var room = await Room.OpenAsync();
        var wrong = Samples.Tiny();
        wrong.Plans[0].Product = wrong.Plans[1].Product = "x";
        var fault = (await room.PublishAsync(await room.DraftAsync(wrong))).Fault!;
        fault.Reason.ShouldBe("CATALOG_INVALID");
        fault.Violations.Select(v => v.Field).ShouldBe(["document.plans[0].product", "document.plans[1].product"]);
        (await room.CountAsync("catalog.version")).ShouldBe(0);
    }

    [Fact]
    public async Task Another_tenants_draft_cannot_be_published()
    {
        await using var room = await Room.OpenAsync();
        var draft = await room.DraftAsync(Samples.Tiny());
        (await room.AskAsync(new PublishDraft(room.Db, room.Book), new PublishDraftRequest { DraftId = draft.DraftId, Etag = draft.Etag }, scope: Guid.CreateVersion7()))
            .Fault!.Reason.ShouldBe("DRAFT_NOT_FOUND");
    }
}
