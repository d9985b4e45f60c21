using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;
using Busker.Tenancy.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Busker.Tenancy;

/// <summary>Changes made in the world of the calling key, newest first, a page at a time.</summary>
internal sealed class SearchAudit(Db db) : IRpc<SearchAuditRequest, SearchAuditResponse>
{
    public async Task<Result<SearchAuditResponse>> HandleAsync(SearchAuditRequest request, Call call, CancellationToken ct)
    {
        var filter = Filter(request);
        if (filter.Fault is { } fault) return fault;
        var page = Page.Of(request.Page, $"{call.Method} {filter.Value}");
        if (page.Fault is { } wrong) return wrong;
        Guid? before = page.Value.After.Length == 0 ? null : page.Value.Below;
        var found = await db.ReadAsync((tx, token) => Audit.SearchAsync(tx, call.Scope, filter.Value, before, page.Value.Most, token), ct);
        var (shown, next) = page.Value.Cut(found, e => e.Id.ToString());
        return new SearchAuditResponse { Entries = { shown.Select(Entry) }, NextPageToken = next };
    }

    private static Result<AuditFilter> Filter(SearchAuditRequest request)
    {
        Id<KeyKind> key = default;
        if (request.KeyId.Length > 0 && !Id<KeyKind>.TryParse(request.KeyId, null, out key)) return Fault.Invalid("key_id", "Not a key_ id.");
        return new AuditFilter(
            Given(request.Subject), request.KeyId.Length > 0 ? key.Value : null, Given(request.Method), Given(request.RequestId),
            request.FromTime?.ToDateTimeOffset(), request.ToTime?.ToDateTimeOffset());
    }

    private static string? Given(string text) => text.Length == 0 ? null : text;

    private static V1.AuditEntry Entry(Storage.AuditEntry entry) => new()
    {
        AuditId = entry.Id.ToString(), Time = Answers.Stamp(entry.At), KeyId = new Id<KeyKind>(entry.Author.Principal).ToString(),
        Method = entry.Author.Method, RequestId = entry.Author.RequestId, Subject = entry.Subject,
        Before = Json(entry.Before), After = Json(entry.After),
    };

    private static Value? Json(string? text) => text is null ? null : JsonParser.Default.Parse<Value>(text);
}
