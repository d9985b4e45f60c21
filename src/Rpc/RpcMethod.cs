using System.Collections;
using Busker.Common.V1;
using Busker.Rpc.Wire;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Busker.Rpc;

/// <summary>One method of the contract, bound to its handler. Typed once at start, so a call needs no reflection.</summary>
internal abstract class RpcMethod(MethodDescriptor descriptor, Rule? rule)
{
    public MethodDescriptor Descriptor { get; } = descriptor;

    /// <summary>Null for the house's own open methods (health, reflection); never for a room's.</summary>
    public Rule? Rule { get; } = rule;

    public string FullName { get; } = descriptor.FullName;
    public string Path { get; } = $"/{descriptor.Service.FullName}/{descriptor.Name}";
    public bool Streams { get; } = descriptor.IsServerStreaming || descriptor.IsClientStreaming;

    /// <summary>May be asked by GET: the contract says that it has no side effects.</summary>
    public bool IsSafe { get; } =
        descriptor.GetOptions()?.IdempotencyLevel == MethodOptions.Types.IdempotencyLevel.NoSideEffects;

    /// <summary>Reads, handles and writes. Returns how it ended: null is well.</summary>
    public abstract Task<WireStatus?> RunAsync(Exchange x);
}

internal sealed class UnaryMethod<TRequest, TResponse>(MethodDescriptor descriptor, Rule? rule, IRpc<TRequest, TResponse> handler)
    : RpcMethod(descriptor, rule)
    where TRequest : class, IMessage<TRequest>, new()
    where TResponse : class, IMessage<TResponse>
{
    private readonly MessageParser<TRequest> _parser = (MessageParser<TRequest>)descriptor.InputType.Parser;
    private readonly IFieldAccessor? _requestId = rule?.Mutates == true ? Idempotency.FieldOf(descriptor.InputType) : null;
    private readonly IFieldAccessor? _counted = rule is { CountedField: { Length: > 0 } name } ? descriptor.InputType.FindFieldByName(name).Accessor : null;

    public override async Task<WireStatus?> RunAsync(Exchange x)
    {
        var request = await RequestReader.ReadOneAsync(x, _parser);
        if (request.Fault is { } unreadable) return WireStatus.Of(unreadable);
        if (_counted?.GetValue(request.Value) is IList parts && x.Admission?.AdmitParts(x.Principal, parts.Count) is { } limited)
            return WireStatus.Of(limited);

        string? key = null;
        if (Rule?.Mutates == true)
        {
            var read = Idempotency.Read(request.Value, _requestId, x.Http.Request.Headers[Idempotency.Header]);
            if (read.Fault is { } badKey) return WireStatus.Of(badKey);
            key = read.Value;
        }

        var call = x.NewCall(request.Value, key);
        var result = await handler.HandleAsync(request.Value, call, x.Ct);
        if (result.Fault is { } fault) return WireStatus.Of(fault);

        if (call.Replayed) x.Http.Response.Headers[Idempotency.ReplayedHeader] = "true";
        x.Dialect.Begin(x);
        x.Dialect.Write(x, result.Value);
        return null;
    }
}

internal sealed class StreamMethod<TRequest, TResponse>(MethodDescriptor descriptor, Rule? rule, IStreamRpc<TRequest, TResponse> handler)
    : RpcMethod(descriptor, rule)
    where TRequest : class, IMessage<TRequest>, new()
    where TResponse : class, IMessage<TResponse>
{
    private readonly MessageParser<TRequest> _parser = (MessageParser<TRequest>)descriptor.InputType.Parser;

    public override async Task<WireStatus?> RunAsync(Exchange x)
    {
        var request = await RequestReader.ReadOneAsync(x, _parser);
        if (request.Fault is { } unreadable) return WireStatus.Of(unreadable);

        var fault = await handler.HandleAsync(request.Value, x.NewCall(request.Value, null), m => SendAsync(x, m), x.Ct);
        if (fault is not null) return WireStatus.Of(fault);
        if (!x.Begun) x.Dialect.Begin(x);
        return null;
    }

    internal static async ValueTask SendAsync(Exchange x, TResponse message)
    {
        if (!x.Begun) x.Dialect.Begin(x);
        x.Dialect.Write(x, message);
        await x.Http.Response.BodyWriter.FlushAsync(x.Http.RequestAborted); // a last word may follow the end of patience
    }
}
