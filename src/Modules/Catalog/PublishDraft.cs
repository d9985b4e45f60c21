using System.Globalization;
using System.Text.Json;
using Busker.Catalog.Documents;
using Busker.Catalog.V1;
using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;
using Google.Protobuf.WellKnownTypes;

namespace Busker.Catalog;

/// <summary>
/// Makes a draft the next version.
/// <list type="bullet">
/// <item>What was checked is what is published: the etag must be the draft's, and its base the newest version.</item>
/// <item>Numbers and effective times rise together: nothing is slipped in before what is already scheduled.</item>
/// <item>Version, draft, fact and audit entry commit together; this host resolves by the new version at once.</item>
/// </list>
/// </summary>
internal sealed class PublishDraft(Db db, CatalogBook book) : IRpc<PublishDraftRequest, V1.Version>
{
    public async Task<Result<V1.Version>> HandleAsync(PublishDraftRequest request, Call call, CancellationToken ct)
    {
        var id = Answers.DraftId(request.DraftId);
        if (id.Fault is { } wrong) return wrong;
        var once = await Idempotency.OnceAsync<V1.Version>(db, call.Key, async (tx, token) =>
        {
            await HeadTable.NextAsync(tx, call.Scope, token);
            var draft = await DraftTable.LockAsync(tx, call.Scope, id.Value, token);
            var newest = await VersionTable.NewestAsync(tx, call.Scope, token);
            var effective = Effective(request, tx.Now);
            if (Check(request, draft, newest, effective) is { } fault) return fault;
            return await PublishAsync(tx, call, draft!, newest, effective, token);
        }, ct);
        book.Forget(call.Scope);
        return once.Told(call);
    }

    private static DateTimeOffset Effective(PublishDraftRequest request, DateTimeOffset now) =>
        request.EffectiveTime?.ToDateTimeOffset() is { } asked && asked > now ? asked : now;

    private static Fault? Check(PublishDraftRequest request, DraftTable.Row? draft, VersionTable.Row? newest, DateTimeOffset effective)
    {
        if (draft is null) return Answers.NoDraft(request.DraftId);
        if (draft.State != Draft.Types.State.Open) return Answers.DraftClosed;
        if (draft.Etag.ToString("n") != request.Etag) return Answers.DraftMoved;
        if (draft.BaseVersion != (newest?.Number ?? 0)) return CatalogMoved(newest?.Number ?? 0);
        if (newest is not null && newest.EffectiveAt > effective) return ScheduledLater(newest);
        var violations = DocumentCheck.Of(draft.Document);
        return violations.Count == 0 ? null : Invalid(violations);
    }

    private static async Task<Result<V1.Version>> PublishAsync(
        Tx tx, Call call, DraftTable.Row draft, VersionTable.Row? newest, DateTimeOffset effective, CancellationToken ct)
    {
        var document = PlanVersions.Assign(draft.Document, newest?.Document);
        var number = await VersionTable.LastNumberAsync(tx, call.Scope, ct) + 1;
        var row = new VersionTable.Row(number, effective, tx.Now, null, draft.Note, DocumentHash.Of(document), document,
            DocumentDiff.Of(newest?.Document ?? new Document(), document));
        await VersionTable.InsertAsync(tx, call.Scope, row, ct);
        await DraftTable.UpdateAsync(tx, call.Scope, draft with
        {
            State = Draft.Types.State.Published, PublishedVersion = number, Etag = Guid.CreateVersion7(tx.Now), UpdatedAt = tx.Now,
        }, ct);
        var fact = new CatalogPublished { Number = number, EffectiveTime = Timestamp.FromDateTimeOffset(effective), Hash = row.Hash };
        await Outbox.AppendAsync(tx, call.Scope, "catalog", fact, ct);
        await Audit.AppendAsync(tx, call.Author, $"catalog:{number}", null,
            JsonSerializer.Serialize(new { row.Note, row.Hash, row.EffectiveAt, changes = row.Changes.Select(c => c.Text) }), ct);
        return row.ToProto(effective > tx.Now ? V1.Version.Types.State.Scheduled : V1.Version.Types.State.Active);
    }

    private static Fault CatalogMoved(int newest) => new(Code.FailedPrecondition, "CATALOG_CHANGED",
        string.Create(CultureInfo.InvariantCulture, $"Version {newest} is the newest now, which this draft does not build on; open a new draft."), "draft_id");

    private static Fault ScheduledLater(VersionTable.Row newest) => new(Code.FailedPrecondition, "VERSION_SCHEDULED",
        string.Create(CultureInfo.InvariantCulture, $"Version {newest.Number} takes effect at {newest.EffectiveAt:O}; withdraw it, or take effect no earlier."), "effective_time");

    private static Fault Invalid(IReadOnlyList<Violation> violations) => new(Code.FailedPrecondition, "CATALOG_INVALID",
        $"The draft cannot be published: {violations[0].Field}: {violations[0].Description}", "document." + violations[0].Field)
    {
        Violations = [.. violations.Select(v => v with { Field = "document." + v.Field })],
    };
}
