using Busker.Kernel;

namespace Busker.Statistics.Decisions;

/// <summary>A leaf's share: the level of its test, the power it must have, and that power were there no vetoes.</summary>
public sealed record LeafBudget(Rule.Leaf Leaf, double Alpha, double Power, double PowerWithoutVetoes);

/// <summary>
/// Splits α and β over a rule. "Or" is union–intersection: α is divided over the children, any of which may be a false claim. "And" is intersection–union: each child may keep all of
/// α (Berger 1982), but all must succeed, so β is divided. For the standard rule: α/S for success, α for guardrails, power 1 − (1 − power)/(G + 1), and /G without
/// success metrics (Schultzberg et al., arXiv 2402.11609). A veto raised falsely costs power: by the union bound its level is taken from β first. Several
/// treatments are one more "or".
/// </summary>
public static class Budget
{
    public static Result<IReadOnlyList<LeafBudget>> Of(DecisionPlan plan)
    {
        if (plan.Refused() is { } fault) return fault;
        var leaves = plan.Rule.Leaves().ToList();
        var deterioration = leaves.Count(l => l.Question == Question.NotDeteriorated);
        var quality = leaves.Count(l => l.Question is Question.QualityHolds or Question.SampleRatioHolds);
        var charge = (deterioration > 0 ? plan.DeteriorationAlpha : 0) + (quality > 0 ? plan.QualityAlpha : 0);
        var beta = 1 - plan.Power;
        if (beta <= charge)
        {
            return Refusals.Wrong("power",
                $"A power of {plan.Power:0.###} cannot be promised: deterioration and quality alarms alone may falsely stop {charge:0.###} of good changes.");
        }

        var shares = new List<LeafBudget>();
        Split(plan.Rule, plan.Alpha / plan.Treatments, beta - charge, beta, shares);
        return shares.Select(s => s.Leaf.IsVeto ? s with { Alpha = VetoLevel(plan, s.Leaf, deterioration, quality), Power = double.NaN, PowerWithoutVetoes = double.NaN } : s).ToList();
    }

    private static double VetoLevel(DecisionPlan plan, Rule.Leaf leaf, int deterioration, int quality) =>
        leaf.Question == Question.NotDeteriorated ? plan.DeteriorationAlpha / deterioration : plan.QualityAlpha / quality;

    private static void Split(Rule rule, double alpha, double beta, double betaWithoutVetoes, List<LeafBudget> shares)
    {
        switch (rule)
        {
            case Rule.Leaf leaf:
                shares.Add(new LeafBudget(leaf, alpha, 1 - beta, 1 - betaWithoutVetoes));
                break;
            case Rule.All all:
                var showing = Math.Max(1, all.Children.Count(Shows));
                foreach (var child in all.Children) Split(child, alpha, beta / showing, betaWithoutVetoes / showing, shares);
                break;
            case Rule.Any any:
                var ways = Math.Max(1, any.Children.Count(Shows));
                foreach (var child in any.Children) Split(child, alpha / ways, beta, betaWithoutVetoes, shares);
                break;
        }
    }

    private static bool Shows(Rule rule) => rule.Leaves().Any(l => !l.IsVeto);
}
