using Busker.Catalog;
using Busker.Catalog.Compiled;
using Busker.Common.V1;
using Busker.Entitlements.Caps;
using Busker.Entitlements.V1;
using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;
using Microsoft.Extensions.Logging;

namespace Busker.Entitlements;

/// <summary>
/// Many consumptions in one call.
/// <list type="bullet">
/// <item>Each is what <see cref="ConsumeCap"/> would have made of it, and keeps all it guarantees; request ids are the same ones.</item>
/// <item>Each hears its own outcome; one that is wrong, or fails, stops none of the others.</item>
/// <item>Those of one listener take effect in the order given.</item>
/// </list>
/// </summary>
internal sealed partial class ConsumeCaps(CapBook caps, CatalogBook catalogs, ILogger<ConsumeCaps>? log = null) : IRpc<ConsumeCapsRequest, ConsumeCapsResponse>
{
    private const int RequestsMax = 1000;

    public async Task<Result<ConsumeCapsResponse>> HandleAsync(ConsumeCapsRequest request, Call call, CancellationToken ct)
    {
        if (request.Requests.Count is 0 or > RequestsMax) return WrongCount;
        var timeline = await catalogs.OfAsync(call.Scope, ct);
        var results = new ConsumeCapResult[request.Requests.Count];
        var (units, places) = Sort(request, call, timeline, results);
        var settled = await caps.ConsumeAsync(units, ct);
        for (var i = 0; i < places.Count; i++) results[places[i]] = Told(settled[i], call, request.Requests[places[i]].Feature, places[i]);
        return new ConsumeCapsResponse { Results = { results } };
    }

    /// <summary>Refuses what is wrong by itself; the rest is to be consumed, and knows its place among the results.</summary>
    private static (List<(CapBook.Unit, RequestKey?)> Units, List<int> Places) Sort(
        ConsumeCapsRequest request, Call call, CatalogTimeline timeline, ConsumeCapResult[] results)
    {
        var (units, places) = (new List<(CapBook.Unit, RequestKey?)>(results.Length), new List<int>(results.Length));
        for (var i = 0; i < results.Length; i++)
        {
            var part = request.Requests[i];
            var key = call.PartKey(part, Method);
            if ((ConsumeCap.Check(part) ?? key.Fault) is { } fault)
            {
                results[i] = Refused(fault, i);
                continue;
            }

            units.Add((new CapBook.Unit(new Ask(call.Scope, part.ListenerId, part.Feature, part.Amount, part.Partial), timeline), key.Value));
            places.Add(i);
        }

        return (units, places);
    }

    private ConsumeCapResult Told(Settled<ConsumeCapResponse> settled, Call call, string feature, int at)
    {
        if (settled.Failure is DatabaseUnavailableException away) return Refused(away.Fault, at);
        if (settled.Failure is { } bug)
        {
            if (log is not null) LogBug(log, bug, at, call.RequestId);
            return new ConsumeCapResult { Refusal = Internal };
        }

        if (settled.Outcome.Fault is { } fault) return Refused(fault, at);
        var (answer, replayed) = settled.Outcome.Value;
        if (!replayed) CapTelemetry.Count(feature, answer);
        return new ConsumeCapResult { Response = answer, Replayed = replayed };
    }

    private static ConsumeCapResult Refused(Fault fault, int at) => new()
    {
        Refusal = new Refusal
        {
            Code = (int)fault.Code, Reason = fault.Reason, Message = fault.Message,
            Field = fault.Field is { Length: > 0 } field ? $"requests[{at}].{field}" : "",
            RetryAfterMs = (long)Math.Ceiling((fault.RetryAfter ?? TimeSpan.Zero).TotalMilliseconds),
        },
    };

    /// <summary>One space of request ids for both RPCs.</summary>
    private static readonly string Method = EntitlementsReflection.Descriptor.Services[0].FindMethodByName(nameof(ConsumeCap)).FullName;

    private static readonly Refusal Internal = new()
    {
        Code = 13, Reason = "INTERNAL", Message = "Something failed on our side; quote the request id when you ask about it.",
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "Consumption {At} of a call failed; request id {RequestId}")]
    private static partial void LogBug(ILogger log, Exception bug, int at, string requestId);

    private static readonly Fault WrongCount = Fault.Invalid("requests", $"1 to {RequestsMax} of them.");
}
