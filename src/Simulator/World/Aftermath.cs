using Busker.Simulator.Core;

namespace Busker.Simulator.World;

/// <summary>What becomes of a payment later: nothing, or a dispute.</summary>
/// <param name="Blocked">Its bank reports the fraud, and answers for it: no dispute follows.</param>
internal sealed record Grievance(string Reason, TimeSpan Delay, bool Inquiry, bool Fraud, bool Blocked = false);

/// <summary>Decides, per payment, whether its owner will complain. Drawn from (seed, charge): timing does not matter.</summary>
internal sealed class Aftermath(Scenario scenario, ulong seed)
{
    /// <param name="shifted">3-D Secure made the bank liable for fraud: it reports it and at most asks, in the scenario's share of inquiries.</param>
    public Grievance? Of(string chargeId, bool fraud, bool shifted = false)
    {
        var habits = scenario.Disputes;
        var rate = fraud ? habits.Fraud : habits.Honest;
        if (rate <= 0) return null;
        var draw = Draw.Of(seed, chargeId, "grievance");
        if (!draw.Chance(rate)) return null;
        if (fraud)
        {
            var later = TimeSpan.FromDays(draw.LogNormal(habits.FraudDelay.TotalDays, 0.6));
            var asked = shifted && draw.Chance(habits.Inquiry);
            return new("fraudulent", later, asked, true, Blocked: shifted && !asked);
        }

        var (reason, (_, delay)) = habits.Reasons.ElementAt(draw.Pick([.. habits.Reasons.Values.Select(r => r.Weight)]));
        return new(reason, TimeSpan.FromDays(draw.LogNormal(delay.TotalDays, 0.5)), draw.Chance(habits.Inquiry), false);
    }
}
