using Busker.Operations.V1;
using Busker.Rpc;
using Microsoft.Extensions.DependencyInjection;

namespace Busker.Operations;

/// <summary>The room's table of contents. It has no tables: jobs are Storage's.</summary>
public static class OperationsModule
{
    public static IServiceCollection AddOperations(this IServiceCollection services) => services
        .AddRpcs(OperationsReflection.Descriptor.Services[0], typeof(ListDeadJobs), typeof(RerunDeadJob), typeof(DropDeadJob));
}
