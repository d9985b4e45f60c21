using Busker.Rpc.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Busker.Rpc;

/// <summary>The one door to the outside. A host adds it, rooms register their RPCs, the host uses it.</summary>
public static class Edge
{
    /// <summary>
    /// Adds the edge. The host must also register an <see cref="Authenticate"/> delegate (Tenancy's key ring does),
    /// and a <see cref="TimeProvider"/>.
    /// </summary>
    public static IServiceCollection AddBuskerEdge(this IServiceCollection services, Action<EdgeOptions>? configure = null)
    {
        var options = new EdgeOptions();
        configure?.Invoke(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<MethodTable>();
        services.AddSingleton<TokenBuckets>();
        services.AddSingleton<Admission>();
        services.AddSingleton<ExchangeReader>();
        services.AddSingleton<Lifecycle>();
        services.AddSingleton<EdgePipeline>();
        return services;
    }

    /// <summary>
    /// Answers every registered RPC at <c>/package.Service/Method</c>; all other paths go on to what follows.
    /// Throws, with one sentence, when the contract and the handlers do not match.
    /// </summary>
    public static IApplicationBuilder UseBuskerEdge(this IApplicationBuilder app)
    {
        var table = app.ApplicationServices.GetRequiredService<MethodTable>();
        var pipeline = app.ApplicationServices.GetRequiredService<EdgePipeline>();
        app.Use(next => http =>
            table.Find(http.Request.Path.Value ?? "") is { } method ? pipeline.HandleAsync(http, method) : next(http));
        return app;
    }
}
