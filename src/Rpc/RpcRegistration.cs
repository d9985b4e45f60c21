using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Busker.Rpc;

/// <summary>One service of the contract and the classes that answer its methods, one class per method, by name.</summary>
public sealed record RpcRegistration(ServiceDescriptor Service, IReadOnlyList<Type> Handlers)
{
    /// <summary>Health and reflection: without a key, without a rule. The house's own, never a room's.</summary>
    internal bool IsOpen { get; init; }
}

/// <summary>How a room says what it answers: its module lists handler types. Nothing is scanned.</summary>
public static class RpcRegistrations
{
    /// <summary>
    /// Registers the handlers (as singletons) and binds them to the service when the host starts. The host refuses to
    /// start when a method lacks a handler, a rule or documentation, or a handler lacks a method.
    /// </summary>
    public static IServiceCollection AddRpcs(
        this IServiceCollection services, ServiceDescriptor service, params IReadOnlyList<Type> handlers)
    {
        foreach (var handler in handlers) services.TryAddSingleton(handler);
        return services.AddSingleton(new RpcRegistration(service, handlers));
    }
}
