using System.Reflection;
using Busker.Catalog.V1;
using Busker.Rpc;
using Microsoft.Extensions.DependencyInjection;

namespace Busker.Catalog;

/// <summary>The room's table of contents.</summary>
public static class CatalogModule
{
    /// <summary>Holds the room's migrations.</summary>
    public static Assembly Assembly => typeof(CatalogModule).Assembly;

    public static IServiceCollection AddCatalog(this IServiceCollection services)
    {
        foreach (var dataset in CatalogDatasets.All) services.AddSingleton(dataset);
        return services
            .AddSingleton<CatalogBook>()
            .AddRpcs(CatalogReflection.Descriptor.Services[0],
                typeof(CreateDraft), typeof(UpdateDraft), typeof(DiscardDraft), typeof(GetDraft), typeof(ListDrafts),
                typeof(CheckDraft), typeof(PublishDraft), typeof(WithdrawVersion),
                typeof(GetVersion), typeof(ListVersions), typeof(DiffVersions), typeof(WatchCatalog));
    }
}
