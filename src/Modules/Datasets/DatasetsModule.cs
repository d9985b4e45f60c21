using Busker.Datasets.V1;
using Busker.Rpc;
using Busker.Warehouse;
using Microsoft.Extensions.DependencyInjection;

namespace Busker.Datasets;

/// <summary>The room's table of contents. It has no tables: each room registers the <see cref="Warehouse.Dataset"/>s that it gives away.</summary>
public static class DatasetsModule
{
    /// <summary>Needs <see cref="WarehouseSettings"/>.</summary>
    public static IServiceCollection AddDatasets(this IServiceCollection services) => services
        .AddSingleton<DatasetExport>()
        .AddSingleton<Shelf>()
        .AddRpcs(DatasetsReflection.Descriptor.Services[0], typeof(DescribeDatasets), typeof(ExportDataset));
}
