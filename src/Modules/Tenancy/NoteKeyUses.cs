using Busker.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Busker.Tenancy;

/// <summary>Writes once a minute when keys were last used, and once more when the host stops. Losing a minute of it is no harm.</summary>
internal sealed class NoteKeyUses(KeyRing ring, Db db, ILogger<NoteKeyUses> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, db.Clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await NoteAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            // the host stops
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await NoteAsync(cancellationToken);
    }

    private async Task NoteAsync(CancellationToken ct)
    {
        try
        {
            await ring.NoteUsesAsync(ct);
        }
        catch (DatabaseUnavailableException e)
        {
            log.LogWarning(e, "when keys were last used could not be written");
        }
    }
}
