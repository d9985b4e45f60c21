using System.Collections.Concurrent;
using Busker.Catalog.Compiled;
using Busker.Kernel;
using Busker.Storage;

namespace Busker.Catalog;

/// <summary>
/// The room's door: the published catalog of each scope, compiled and in memory. What this host publishes is seen at once;
/// what another host publishes, within half a second. While the database is away the last known catalog is given.
/// </summary>
public sealed class CatalogBook(Db db)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Stale = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<Guid, Page> _pages = new();

    /// <summary>The timeline of a scope; one without versions when nothing was published yet.</summary>
    /// <exception cref="DatabaseUnavailableException">Never read before, and the database is away.</exception>
    public ValueTask<CatalogTimeline> OfAsync(Guid scope, CancellationToken ct)
    {
        var page = _pages.GetOrAdd(scope, static _ => new Page());
        if (page.Timeline is not { } known) return new(page.ReadAsync(db, scope, ct));
        var age = db.Clock.GetElapsedTime(page.CheckedAt);
        if (age < Fresh) return new(known);
        var reading = page.ReadAsync(db, scope, CancellationToken.None);
        return age < Stale ? new(known) : new(reading.WaitAsync(ct));
    }

    /// <summary>Forgets what is known of a scope, so that the next question is asked of the database.</summary>
    internal void Forget(Guid scope) => _pages.TryRemove(scope, out _);

    /// <summary>What is known of one scope. At most one read is under way; all who ask meanwhile share it.</summary>
    private sealed class Page
    {
        private readonly Lock _gate = new();
        private Task<CatalogTimeline>? _reading;

        public CatalogTimeline? Timeline { get; private set; }
        public long CheckedAt { get; private set; }

        public Task<CatalogTimeline> ReadAsync(Db db, Guid scope, CancellationToken ct)
        {
            lock (_gate)
            {
                if (_reading is null || _reading.IsCompleted) _reading = Task.Run(() => CheckAsync(db, scope), CancellationToken.None);
                return _reading.WaitAsync(ct);
            }
        }

        private async Task<CatalogTimeline> CheckAsync(Db db, Guid scope)
        {
            try
            {
                Timeline = await LoadAsync(db, scope, Timeline);
                CheckedAt = db.Clock.GetTimestamp();
            }
            catch (DatabaseUnavailableException) when (Timeline is not null)
            {
                CheckedAt = db.Clock.GetTimestamp(); // what was true a moment ago is a better answer than none
            }

            return Timeline!;
        }
    }

    private static Task<CatalogTimeline> LoadAsync(Db db, Guid scope, CatalogTimeline? known) =>
        db.ReadAsync(async (tx, ct) =>
        {
            var revision = await HeadTable.RevisionAsync(tx, scope, ct);
            if (known?.Revision == revision) return known;
            var rows = await VersionTable.ListAsync(tx, scope, int.MaxValue, int.MaxValue, ct);
            var old = known?.Versions.ToDictionary(v => v.Number) ?? [];
            return new CatalogTimeline(revision, rows.Where(r => r.WithdrawnAt is null).OrderBy(r => r.Number).Select(r =>
                old.GetValueOrDefault(r.Number) ?? new CompiledCatalog(r.Document, r.Number, r.Hash, r.EffectiveAt)));
        }, CancellationToken.None);
}
