using Busker.Simulator.Core;

namespace Busker.Simulator.World;

/// <summary>What becomes of a payment later: nothing, or a dispute.</summary>
internal sealed record Grievance(string Reason, TimeSpan Delay, bool Inquiry, bool Fraud);

/// <summary>Decides, per payment, whether its owner will complain. Drawn from (seed, charge): timing does not matter.</summary>
internal sealed class Aftermath(Scenario scenario, ulong seed)
{
    public Grievance? Of(string chargeId, bool fraud)
    {
        var habits = scenario.Disputes;
        var rate = fraud ? habits.Fraud : habits.Honest;
        if (rate <= 0) return null;
        var draw = Draw.Of(seed, chargeId, "grievance");
        if (!draw.Chance(rate)) return null;
        if (fraud) return new("fraudulent", TimeSpan.FromDays(draw.LogNormal(habits.FraudDelay.TotalDays, 0.6)), false, true);
        var (reason, (_, delay)) = habits.Reasons.ElementAt(draw.Pick([.. habits.Reasons.Values.Select(r => r.Weight)]));
        return new(reason, TimeSpan.FromDays(draw.LogNormal(delay.TotalDays, 0.5)), draw.Chance(habits.Inquiry), false);
    }
}
