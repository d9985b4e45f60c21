using Busker.Catalog.Compiled;
using Busker.Catalog.Documents;
using Busker.Entitlements.Caps;
using Busker.Entitlements.V1;
using Busker.Kernel;
using Busker.Rpc;
using Busker.Storage;
using Google.Protobuf.WellKnownTypes;

namespace Busker.Entitlements;

/// <summary>Decisions and rows as the contract shows them, and the faults that several slices share.</summary>
internal static class Answers
{
    private const int IdLengthMax = 128;

    public static ConsumeCapResponse ToProto(this Verdict verdict, DateTimeOffset now)
    {
        var rule = verdict.Rule!;
        var answer = new ConsumeCapResponse
        {
            Outcome = verdict.Admitted ? ConsumeCapResponse.Types.Outcome.Admitted
                : rule.Variant is null ? ConsumeCapResponse.Types.Outcome.Capped : ConsumeCapResponse.Types.Outcome.Switched,
            Consumed = verdict.Consumed, Remaining = verdict.Remaining, Unlimited = rule.IsUnlimited,
            Limit = rule.IsUnlimited ? 0 : rule.Limit,
            ResetTime = verdict.Counter is { } counter ? Stamp(counter.Span.End) : null,
        };
        if (!verdict.Admitted)
        {
            answer.RetryAfterMs = verdict.WhenFits is { } then ? (long)Math.Ceiling((then - now).TotalMilliseconds) : 0;
            answer.Variant = rule.Variant ?? "";
        }

        foreach (var (source, amount) in verdict.Burns) answer.Burns.Add(new Burn { Source = source, Amount = amount });
        return answer;
    }

    public static Allowance ToProto(this Grant grant) => new()
    {
        AllowanceId = grant.Id.ToString(), Feature = grant.Feature, Amount = grant.Amount, Used = grant.Used,
        Priority = grant.Priority, Promotional = grant.Promotional, EffectiveTime = Stamp(grant.Effective),
        ExpireTime = grant.Expires is { } end ? Stamp(end) : null,
    };

    public static Listener ToProto(this Assignment assignment, string listener) => new()
    {
        ListenerId = listener, Plan = assignment.Plan, AddOns = { assignment.AddOns }, Market = assignment.Market,
        TimeZone = assignment.Clock.Zone, BillingAnchorTime = Stamp(assignment.Clock.Anchor), EffectiveTime = Stamp(assignment.Effective),
    };

    /// <summary>A cell in words: <c>15 h per billing month</c>.</summary>
    public static string Text(this CompiledFeature feature, Cell cell) => ValueText.Format(feature.Definition, feature.ToValue(cell));

    /// <summary>A time as the database keeps it, to the microsecond.</summary>
    public static Timestamp Stamp(DateTimeOffset time) =>
        Timestamp.FromDateTimeOffset(time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond)));

    public static Fault? CheckListener(string id) =>
        id.Length is > 0 and <= IdLengthMax && id.All(c => c is > ' ' and not '\u007f')
            ? null
            : Fault.Invalid("listener_id", $"1 to {IdLengthMax} characters without spaces.");

    public static Fault NoListener(string id) =>
        new(Code.NotFound, "LISTENER_NOT_FOUND", $"Listener {id} holds no plan; SetListenerPlan gives one.", "listener_id");

    public static Fault NoCap(string feature) =>
        new(Code.NotFound, "CAP_NOT_FOUND", $"The catalog has no cap {feature}.", "feature");

    public static readonly Fault NoCatalog =
        new(Code.FailedPrecondition, "CATALOG_NOT_PUBLISHED", "No catalog version is in force yet; publish one.");
}
