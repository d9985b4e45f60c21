using Busker.Rpc.OpenApi;
using Busker.Rpc.Telemetry;
using Busker.Rpc.Wire;
using Grpc.Health.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

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
        services.AddSingleton<Strangers>();
        services.AddSingleton<Cors>();
        services.AddSingleton<RpcTelemetry>();
        services.AddSingleton<PrometheusText>();
        services.AddSingleton<Probes>();
        services.AddSingleton<OpenApiDocument>();
        services.AddSingleton<ApiPages>();
        services.AddHostedService<Otlp>();
        services.AddLogging(Otlp.AddLogs);
        services.Configure<HostOptions>(o => o.ShutdownTimeout = options.DrainTimeMax);
        return services.AddOpenRpcs();
    }

    /// <summary>
    /// Answers every registered RPC at <c>/package.Service/Method</c>; all other paths go on to what follows.
    /// Throws, with one sentence, when the contract and the handlers do not match.
    /// </summary>
    public static IApplicationBuilder UseBuskerEdge(this IApplicationBuilder app)
    {
        var table = app.ApplicationServices.GetRequiredService<MethodTable>();
        var pipeline = app.ApplicationServices.GetRequiredService<EdgePipeline>();
        var cors = app.ApplicationServices.GetRequiredService<Cors>();
        var strangers = app.ApplicationServices.GetRequiredService<Strangers>();
        var pages = app.ApplicationServices.GetRequiredService<ApiPages>();
        var probes = app.ApplicationServices.GetRequiredService<Probes>();
        return app.Use(next => http =>
        {
            if (cors.Apply(http)) return Task.CompletedTask;
            if (table.Find(http.Request.Path.Value ?? "") is { } method) return pipeline.HandleAsync(http, method);
            return probes.Answer(http) ?? pages.Answer(http) ?? (strangers.TryAnswer(http) ? Task.CompletedTask : next(http));
        });
    }

    /// <summary>Health and reflection: asked by load balancers and tools, without a key.</summary>
    private static IServiceCollection AddOpenRpcs(this IServiceCollection services)
    {
        services.AddSingleton<Health.Serving>();
        services.AddSingleton<Health.Check>().AddSingleton<Health.List>().AddSingleton<Health.Watch>();
        services.AddSingleton<Reflection.ServerReflectionInfo>().AddSingleton<Reflection.Alpha.ServerReflectionInfo>();
        services.AddSingleton(new RpcRegistration(HealthReflection.Descriptor.Services[0],
            [typeof(Health.Check), typeof(Health.List), typeof(Health.Watch)]) { IsOpen = true });
        services.AddSingleton(new RpcRegistration(Grpc.Reflection.V1.ReflectionReflection.Descriptor.Services[0],
            [typeof(Reflection.ServerReflectionInfo)]) { IsOpen = true });
        return services.AddSingleton(new RpcRegistration(Grpc.Reflection.V1Alpha.ReflectionReflection.Descriptor.Services[0],
            [typeof(Reflection.Alpha.ServerReflectionInfo)]) { IsOpen = true });
    }
}
