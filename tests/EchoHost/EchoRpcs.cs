using System.Collections.Concurrent;
using Busker.Kernel;
using Busker.Rpc;
using Busker.Echo.V1;

namespace Busker.EchoHost;

internal sealed class Say : IRpc<SayRequest, SayResponse>
{
    public static int Cancelled;

    public async Task<Result<SayResponse>> HandleAsync(SayRequest request, Call call, CancellationToken ct)
    {
        Manners.Greet(call);
        try
        {
            if (request.DelayMs > 0) await Task.Delay(request.DelayMs, ct);
        }
        catch (OperationCanceledException)
        {
            Interlocked.Increment(ref Cancelled);
            throw;
        }

        return new SayResponse { Text = request.Text };
    }
}

internal sealed class Repeat : IStreamRpc<RepeatRequest, SayResponse>
{
    public async Task<Fault?> HandleAsync(RepeatRequest request, Call call, Func<SayResponse, ValueTask> send, CancellationToken ct)
    {
        Manners.Greet(call);
        for (var i = 0; i < request.Times; i++)
        {
            if (request.DelayMs > 0) await Task.Delay(request.DelayMs, ct);
            await send(new SayResponse { Text = request.Text, Index = i });
        }

        return request.FailReason.Length == 0 ? null : new Fault(Code.Aborted, request.FailReason, "As you wished.");
    }
}

internal sealed class Keep : IRpc<KeepRequest, KeepResponse>
{
    private readonly ConcurrentDictionary<string, KeepResponse> _kept = new();

    public Task<Result<KeepResponse>> HandleAsync(KeepRequest request, Call call, CancellationToken ct)
    {
        if (call.Key is not { } key) return Task.FromResult<Result<KeepResponse>>(new KeepResponse { Text = request.Text });
        var made = new KeepResponse { Text = request.Text, Fingerprint = Convert.ToHexString(key.Fingerprint.Span) };
        var kept = _kept.GetOrAdd(key.Id, made);
        if (!ReferenceEquals(kept, made)) call.MarkReplayed();
        return Task.FromResult<Result<KeepResponse>>(kept);
    }
}

internal sealed class Fail : IRpc<FailRequest, SayResponse>
{
    public Task<Result<SayResponse>> HandleAsync(FailRequest request, Call call, CancellationToken ct) => request.Code == 13
        ? throw new InvariantException("a secret detail")
        : Task.FromResult<Result<SayResponse>>(new Fault((Code)request.Code, request.Reason, request.Message,
            request.Field.Length == 0 ? null : request.Field)
        {
            RetryAfter = request.RetryAfterMs == 0 ? null : TimeSpan.FromMilliseconds(request.RetryAfterMs),
            Details = new Dictionary<string, string> { ["scope"] = call.Scope.ToString() },
        });
}

internal sealed class Mirror : IRpc<Everything, Everything>
{
    public Task<Result<Everything>> HandleAsync(Everything request, Call call, CancellationToken ct) =>
        Task.FromResult<Result<Everything>>(request);
}

/// <summary>Whoever greets is greeted back, in a header and a trailer; bytes come back reversed.</summary>
internal static class Manners
{
    public static void Greet(Call call)
    {
        if (call.Metadata["x-greeting"] is { } greeting)
        {
            call.Answer.Header("x-greeting-back", greeting.ToUpperInvariant());
            call.Answer.Trailer("x-farewell", "first");
            call.Answer.Trailer("x-farewell", "last");
        }

        if (call.Metadata.Bytes("x-blob-bin") is { } blob) call.Answer.Trailer("x-blob-back-bin", [.. blob.Reverse()]);
    }
}
