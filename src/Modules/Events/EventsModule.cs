using Busker.Events.V1;
using Busker.Rpc;
using Busker.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Busker.Events;

/// <summary>The room's table of contents. It has no tables: the log is Storage's.</summary>
public static class EventsModule
{
    public static IServiceCollection AddEvents(this IServiceCollection services) => services
        .AddSingleton(p => new OutboxTail(p.GetRequiredService<Db>()))
        .AddSingleton<FactText>()
        .AddSingleton(p => FactsDataset.Of(p.GetRequiredService<FactText>()))
        .AddRpcs(EventsReflection.Descriptor.Services[0], typeof(WatchFacts), typeof(WatchPulse));
}
