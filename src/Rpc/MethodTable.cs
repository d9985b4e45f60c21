using System.Collections.Frozen;
using Busker.Common.V1;
using Busker.Kernel;
using Google.Protobuf.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Busker.Rpc;

/// <summary>
/// Every method the host answers, by path. Built once at start; refuses to be built while the contract and the
/// handlers do not match, with one sentence that says what is missing.
/// </summary>
internal sealed class MethodTable
{
    private readonly FrozenDictionary<string, RpcMethod> _byPath;

    public MethodTable(IEnumerable<RpcRegistration> registrations, IServiceProvider handlers)
    {
        Services = registrations.ToList();
        var methods = Services.SelectMany(r => Bind(r, handlers)).ToList();
        if (methods.GroupBy(m => m.Path).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new InvariantException($"{twice.Key} is registered twice.");
        _byPath = methods.ToFrozenDictionary(m => m.Path, StringComparer.Ordinal);
    }

    public IReadOnlyList<RpcRegistration> Services { get; }

    public IReadOnlyList<RpcMethod> Methods => _byPath.Values;

    public RpcMethod? Find(string path) => _byPath.GetValueOrDefault(path);

    private static IEnumerable<RpcMethod> Bind(RpcRegistration registration, IServiceProvider handlers)
    {
        var byName = registration.Handlers.ToDictionary(h => h.Name);
        foreach (var method in registration.Service.Methods)
        {
            if (!byName.Remove(method.Name, out var handler))
                throw new InvariantException($"The method {method.FullName} has no handler: register a class named {method.Name}.");
            yield return Typed(method, RuleOf(method, registration), handlers.GetRequiredService(handler));
        }

        if (byName.Count > 0)
            throw new InvariantException($"The handler {byName.Values.First().FullName} has no method in {registration.Service.FullName}.");
    }

    private static Rule? RuleOf(MethodDescriptor method, RpcRegistration registration)
    {
        if (registration.IsOpen) return null;
        var rule = method.GetOptions()?.GetExtension(OptionsExtensions.Rule);
        if (rule is null || rule.Permission.Length == 0)
            throw new InvariantException($"The method {method.FullName} has no permission: give it a (busker.common.v1.rule).");
        if (Documentation.Of(method) is null)
            throw new InvariantException($"The method {method.FullName} has no documentation: write a comment above it in {method.File.Name}.");
        if (rule.CountedField.Length > 0 && method.InputType.FindFieldByName(rule.CountedField) is not { IsRepeated: true })
            throw new InvariantException($"The method {method.FullName} counts {rule.CountedField}, which is no repeated field of its request.");
        var safe = method.GetOptions()!.IdempotencyLevel == MethodOptions.Types.IdempotencyLevel.NoSideEffects;
        return rule.Mutates && safe
            ? throw new InvariantException($"The method {method.FullName} mutates and also says that it has no side effects.")
            : rule;
    }

    private static RpcMethod Typed(MethodDescriptor method, Rule? rule, object handler)
    {
        var (shape, bound) = (method.IsClientStreaming, method.IsServerStreaming) switch
        {
            (false, false) => (typeof(IRpc<,>), typeof(UnaryMethod<,>)),
            (false, true) => (typeof(IStreamRpc<,>), typeof(StreamMethod<,>)),
            _ => (typeof(IDuplexRpc<,>), typeof(DuplexMethod<,>)),
        };
        Type[] types = [method.InputType.ClrType, method.OutputType.ClrType];
        if (!shape.MakeGenericType(types).IsInstanceOfType(handler))
            throw new InvariantException($"The handler {handler.GetType().FullName} is not an "
                + $"{shape.Name[..^2]}<{types[0].Name}, {types[1].Name}>, as {method.FullName} needs.");
        return (RpcMethod)Activator.CreateInstance(bound.MakeGenericType(types), method, rule, handler)!;
    }
}
