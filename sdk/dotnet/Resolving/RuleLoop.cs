using Busker.Experiments.V1;
using Busker.Flags.Conditions;

namespace Busker.Flags.Resolving;

/// <summary>Tries a flag's rules in order. Reads like the specification of what a resolve means.</summary>
internal static class RuleLoop
{
    public static Answer Run(CompiledFlag flag, Evaluation e)
    {
        if (flag.Source.State != Flag.Types.State.Active) return new(flag, Reason.Disabled, null);
        foreach (var prerequisite in flag.Prerequisites)
        {
            var truth = prerequisite.Test(e);
            if (truth == Truth.Unknown) return new(flag, Reason.Suspended, null);
            if (truth == Truth.False) return new(flag, Reason.Prerequisite, flag.Default);
        }

        var missing = false;
        e.LacksUnit = false;
        FallthroughChain? passed = null;
        foreach (var rule in flag.Rules)
        {
            e.Trace?.Enter();
            var step = Try(rule, e, ref missing, out var assignment, out var kept);
            e.Trace?.LeaveRule(rule, step, assignment, e);
            if (step == RuleStep.Next) continue;
            if (step == RuleStep.UnitError) return new(flag, Reason.TargetingKeyError, null);
            if (missing) continue;
            if (kept is null) Keep(rule, assignment!, e);
            if (assignment!.IsFallthrough && kept is null)
            {
                passed = FallthroughChain.Then(passed, e.Book.FallthroughRoot, rule, assignment);
                continue;
            }

            var variant = kept ?? (assignment.Source.OutcomeCase == Assignment.OutcomeOneofCase.ServerDefault ? flag.Default : assignment.Variant);
            return new(flag, Reason.Match, variant, rule, assignment, e.UnitValue, passed);
        }

        return missing
            ? new(flag, Reason.Suspended, null)
            : new(flag, Reason.NoMatch, flag.Default, null, null, default, passed, e.LacksUnit);
    }

    private static RuleStep Try(CompiledRule rule, Evaluation e, ref bool missing, out CompiledAssignment? assignment, out CompiledVariant? kept)
    {
        (assignment, kept) = (null, null);
        if (!rule.Source.Enabled) return RuleStep.Next;
        if (rule.Environments != 0 && (rule.Environments & e.Caller.Environments) == 0) return RuleStep.Next;
        if (!e.FindUnit(rule) && !(rule.HasDefaultSelector && rule.IsFull)) return RuleStep.UnitError;
        if (!e.HasUnit && rule.NeedsUnit) return RuleStep.Next;
        var audience = Sticky(rule, e, out kept);
        if (audience is null) audience = Audience(rule, e);
        if (audience == Truth.False) return RuleStep.Next;
        if (audience == Truth.Unknown) missing = true;
        if (missing) return RuleStep.Next;
        assignment = rule.IsFull ? rule.Assignments[0] : e.HasUnit ? rule.Pick(rule.Bucketing.Of(e.UnitBytes)) : null;
        if (!rule.IsFull && !e.HasUnit) e.LacksUnit = true;
        if (kept is not null)
        {
            if (assignment?.Variant != kept) assignment = Holder(rule, kept);
        }

        return assignment is null ? RuleStep.Next : RuleStep.Assigned;
    }

    /// <summary>What the sticky record decides; null: nothing, ask the audience.</summary>
    private static Truth? Sticky(CompiledRule rule, Evaluation e, out CompiledVariant? kept)
    {
        kept = null;
        if (rule.Source.Materialization is not { Read.Length: > 0 } spec) return null;
        StickyRecord? record = null;
        var member = e.Sticky is null ? Truth.Unknown : e.Sticky.Membership(e.UnitString, spec.Read, out record);
        if (member == Truth.Unknown)
        {
            e.Need(spec.Read, rule.Key);
            return Truth.Unknown;
        }

        string? variant = null;
        record?.Variants.TryGetValue(rule.Key, out variant);
        if (e.Book.Shipped && variant is null) member = Truth.False;
        if (member == Truth.False) return spec.MustMatch ? Truth.False : null;
        var inside = spec.IgnoreTargeting ? Truth.True : TargetingOnly(rule, e);
        if (inside == Truth.True && !string.IsNullOrEmpty(variant)) kept = Stored(rule, variant);
        return inside == Truth.False && !spec.MustMatch ? null : inside;
    }

    private static CompiledVariant? Stored(CompiledRule rule, string variant) =>
        Array.Find(rule.Assignments, a => a.Variant?.Name == variant)?.Variant;

    private static CompiledAssignment? Holder(CompiledRule rule, CompiledVariant variant) =>
        Array.Find(rule.Assignments, a => a.Variant == variant);

    private static Truth TargetingOnly(CompiledRule rule, Evaluation e)
    {
        var segment = rule.Segment?.TestTargeting(e) ?? Truth.True;
        return segment == Truth.False ? Truth.False : And(segment, rule.Targeting?.Test(e) ?? Truth.True);
    }

    private static Truth Audience(CompiledRule rule, Evaluation e)
    {
        var segment = rule.Segment?.Test(e) ?? Truth.True;
        return segment == Truth.False ? Truth.False : And(segment, rule.Targeting?.Test(e) ?? Truth.True);
    }

    private static Truth And(Truth a, Truth b) => b == Truth.False ? b : a == Truth.Unknown ? a : b;

    private static void Keep(CompiledRule rule, CompiledAssignment assignment, Evaluation e)
    {
        if (rule.Source.Materialization is not { Write.Length: > 0 } spec || !e.HasUnit) return;
        e.Writes ??= [];
        e.Writes.Add(new() { Unit = e.UnitString, Materialization = spec.Write, Rule = rule.Key, Variant = assignment.Variant?.Name ?? "" });
    }
}

internal enum RuleStep
{
    Next,
    Assigned,
    UnitError,
}
