using System.Reflection;
using Busker.Entitlements.V1;
using Busker.Rpc;
using Microsoft.Extensions.DependencyInjection;

namespace Busker.Entitlements;

/// <summary>The room's table of contents.</summary>
public static class EntitlementsModule
{
    /// <summary>Holds the room's migrations.</summary>
    public static Assembly Assembly => typeof(EntitlementsModule).Assembly;

    /// <summary>Needs the Catalog room.</summary>
    public static IServiceCollection AddEntitlements(this IServiceCollection services)
    {
        foreach (var dataset in EntitlementsDatasets.All) services.AddSingleton(dataset);
        return services
            .AddSingleton<CapBook>()
            .AddRpcs(EntitlementsReflection.Descriptor.Services[0],
                typeof(SetListenerPlan), typeof(GetListener), typeof(ListListeners), typeof(ResolveEntitlements),
                typeof(ConsumeCap), typeof(ConsumeCaps), typeof(GetCapBalance), typeof(GrantAllowance));
    }
}
