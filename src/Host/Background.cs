using Busker.Storage;
using Microsoft.Extensions.Hosting;

namespace Busker.Host;

/// <summary>What a worker does: the house's jobs. Rooms' jobs and subscriptions join here.</summary>
internal sealed class Background(Db db, HostSettings settings) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        new JobWorkers(db, HouseJobs.All(db)).RunAsync(settings.Drain, stoppingToken);
}
