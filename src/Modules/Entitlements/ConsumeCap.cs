using Busker.Catalog;
using Busker.Entitlements.Caps;
using Busker.Entitlements.V1;
using Busker.Kernel;
using Busker.Rpc;

namespace Busker.Entitlements;

/// <summary>
/// Checks and consumes in one step.
/// <list type="bullet">
/// <item>Never more than the cap admits, whoever else asks, on whichever host.</item>
/// <item>Answered only when durable; a repeat with the same request id consumes nothing and gets the first answer.</item>
/// <item>Plan and allowances are consumed in one order; what does not fit consumes nothing, or what is left when asked to.</item>
/// <item>Used up is an answer: capped until when, or switched to which variant.</item>
/// </list>
/// </summary>
internal sealed class ConsumeCap(CapBook caps, CatalogBook catalogs) : IRpc<ConsumeCapRequest, ConsumeCapResponse>
{
    public async Task<Result<ConsumeCapResponse>> HandleAsync(ConsumeCapRequest request, Call call, CancellationToken ct)
    {
        if (Check(request) is { } fault) return fault;
        if (call.Key is not { } key) return NoRequestId;
        var ask = new Ask(call.Scope, request.ListenerId, request.Feature, request.Amount, request.Partial);
        var timeline = await catalogs.OfAsync(call.Scope, ct);
        var told = (await caps.ConsumeAsync(new CapBook.Unit(ask, timeline), key, ct)).Told(call);
        if (told.Fault is null && !call.Replayed) CapTelemetry.Count(request.Feature, told.Value);
        return told;
    }

    /// <summary>What is wrong with the fields, whether it comes alone or among many.</summary>
    internal static Fault? Check(ConsumeCapRequest request) =>
        Answers.CheckListener(request.ListenerId)
        ?? (request.Feature.Length == 0 ? Fault.Invalid("feature", "Required.") : null)
        ?? (request.Amount is < 1 or > AmountMax ? Fault.Invalid("amount", $"1 to {AmountMax}.") : null);

    private const long AmountMax = 1_000_000_000_000;

    private static readonly Fault NoRequestId = Fault.Invalid("request_id", "Required: it is what makes a repeat safe.");
}
