using Busker.Events.V1;
using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;

namespace Busker.Events;

/// <summary>Every fact of the caller's scope from the opening on, in order; never one with a hole before it.</summary>
internal sealed class WatchFacts(OutboxTail tail, FactText text) : IStreamRpc<WatchFactsRequest, V1.Fact>
{
    private const int KindsMax = 100;

    public async Task<Fault?> HandleAsync(WatchFactsRequest request, Call call, Func<V1.Fact, ValueTask> send, CancellationToken ct)
    {
        if (request.Kinds.Count > KindsMax) return Fault.Invalid("kinds", $"At most {KindsMax}.");
        await using var watch = await tail.OpenAsync(call.Scope, request.Kinds, ct);
        await foreach (var fact in watch.ReadAsync(ct)) await send(text.ToProto(fact));
        return watch.FellBehind ? TooSlow : null;
    }

    private static readonly Fault TooSlow = new(Code.Aborted, "WATCH_FELL_BEHIND",
        "Facts came faster than they were read; read the state anew and watch again.");
}
