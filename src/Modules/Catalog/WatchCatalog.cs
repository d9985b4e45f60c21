using Busker.Catalog.V1;
using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;
using Google.Protobuf.WellKnownTypes;

namespace Busker.Catalog;

/// <summary>
/// The state of the catalog now, and again on every publication, withdrawal, and taking effect. A state is never skipped
/// silently: what is sent is always the newest, and its revision tells whether some lay between.
/// </summary>
internal sealed class WatchCatalog(Db db, CatalogBook book) : IStreamRpc<WatchCatalogRequest, CatalogState>
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    public async Task<Fault?> HandleAsync(WatchCatalogRequest request, Call call, Func<CatalogState, ValueTask> send, CancellationToken ct)
    {
        if (request.AfterRevision < 0) return Fault.Invalid("after_revision", "Not negative.");
        var seen = (Revision: request.AfterRevision, Active: -1);
        using var timer = new PeriodicTimer(Interval, db.Clock);
        do
        {
            var (now, timeline) = (db.Clock.GetUtcNow(), await book.OfAsync(call.Scope, ct));
            var state = (timeline.Revision, Active: timeline.At(now)?.Number ?? 0);
            var isNews = state.Revision > seen.Revision || (seen.Active >= 0 && state.Active != seen.Active) || (seen.Active < 0 && request.AfterRevision == 0);
            seen = (Math.Max(seen.Revision, state.Revision), state.Active);
            if (isNews) await send(await StateAsync(call.Scope, state.Revision, ct));
        }
        while (await timer.WaitForNextTickAsync(ct));
        return null;
    }

    private Task<CatalogState> StateAsync(Guid scope, long revision, CancellationToken ct) => db.ReadAsync(async (tx, token) =>
    {
        var active = await VersionTable.AsOfAsync(tx, scope, tx.Now, token);
        var all = await VersionTable.ListAsync(tx, scope, int.MaxValue, int.MaxValue, token);
        return new CatalogState
        {
            Revision = revision,
            Active = active?.ToProto(V1.Version.Types.State.Active, whole: false),
            Scheduled =
            {
                all.Where(r => r.WithdrawnAt is null && r.EffectiveAt > tx.Now).OrderBy(r => r.Number)
                    .Select(r => r.ToProto(V1.Version.Types.State.Scheduled, whole: false)),
            },
        };
    }, ct);
}
