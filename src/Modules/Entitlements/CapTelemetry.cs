using System.Diagnostics.Metrics;
using Busker.Entitlements.V1;

namespace Busker.Entitlements;

/// <summary>How consumption goes, by feature and outcome. Features come from the catalog, so their number is bounded.</summary>
internal static class CapTelemetry
{
    private static readonly Meter Meter = new("Busker.Entitlements");

    private static readonly Counter<long> Consumptions =
        Meter.CreateCounter<long>("busker.entitlements.consumptions", "{consumption}", "Consumptions answered, by feature and outcome.");

    private static readonly Counter<long> Units =
        Meter.CreateCounter<long>("busker.entitlements.units", "{unit}", "Units consumed, by feature.");

    public static void Count(string feature, ConsumeCapResponse answer)
    {
        Consumptions.Add(1, new("feature", feature), new("outcome", Outcome(answer.Outcome)));
        if (answer.Consumed > 0) Units.Add(answer.Consumed, new KeyValuePair<string, object?>("feature", feature));
    }

    private static string Outcome(ConsumeCapResponse.Types.Outcome outcome) => outcome switch
    {
        ConsumeCapResponse.Types.Outcome.Admitted => "admitted",
        ConsumeCapResponse.Types.Outcome.Capped => "capped",
        _ => "switched",
    };
}
