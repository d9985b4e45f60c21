using Busker.Flags.Hashing;
using Busker.Flags.Resolving;

namespace Busker.Flags.Conditions;

/// <summary>Kleene's three values. Unknown: a sticky or list read is needed first.</summary>
internal enum Truth : sbyte
{
    False,
    True,
    Unknown,
}

/// <summary>A compiled expression.</summary>
internal abstract class Condition
{
    public Truth Test(Evaluation e)
    {
        if (e.Trace is null) return Decide(e);
        e.Trace.Enter();
        var truth = Decide(e);
        e.Trace.Leave(Describe(e), truth);
        return truth;
    }

    protected abstract Truth Decide(Evaluation e);

    protected abstract string Describe(Evaluation e);
}

internal sealed class AllCondition(Condition[] parts) : Condition
{
    protected override Truth Decide(Evaluation e)
    {
        var result = Truth.True;
        foreach (var part in parts)
        {
            var truth = part.Test(e);
            if (truth == Truth.False) return Truth.False;
            if (truth == Truth.Unknown) result = Truth.Unknown;
        }

        return result;
    }

    protected override string Describe(Evaluation e) => "all of";
}

internal sealed class AnyCondition(Condition[] parts) : Condition
{
    protected override Truth Decide(Evaluation e)
    {
        var result = Truth.False;
        foreach (var part in parts)
        {
            var truth = part.Test(e);
            if (truth == Truth.True) return Truth.True;
            if (truth == Truth.Unknown) result = Truth.Unknown;
        }

        return result;
    }

    protected override string Describe(Evaluation e) => "any of";
}

internal sealed class NotCondition(Condition inner) : Condition
{
    protected override Truth Decide(Evaluation e) => inner.Test(e) switch
    {
        Truth.True => Truth.False,
        Truth.False => Truth.True,
        _ => Truth.Unknown,
    };

    protected override string Describe(Evaluation e) => "not";
}

/// <summary>Reusable targeting and an allocation. Met again inside itself it is false, so a cycle ends.</summary>
internal sealed class SegmentCondition(string name, int index) : Condition
{
    public string Name => name;

    /// <summary>Null: everyone. Set after all segments are known, as segments name each other.</summary>
    public Condition? Targeting { get; set; }

    public BucketSet Allocation { get; set; } = BucketSet.All;

    public Truth TestTargeting(Evaluation e)
    {
        if (Targeting is null) return Truth.True;
        if (e.InSegment[index]) return Truth.False;
        e.InSegment[index] = true;
        var truth = Targeting.Test(e);
        e.InSegment[index] = false;
        return truth;
    }

    protected override Truth Decide(Evaluation e)
    {
        if (e.InSegment[index]) return Truth.False;
        var truth = TestTargeting(e);
        if (truth == Truth.False || Allocation.IsAll) return truth;
        if (!e.HasUnit) e.LacksUnit = true;
        return e.HasUnit && Allocation.Contains(e.AccountBucket) ? truth : Truth.False;
    }

    protected override string Describe(Evaluation e) => Allocation.IsAll
        ? $"segment {name}, whole population"
        : e.HasUnit
            ? $"segment {name}, bucket {e.AccountBucket} of 1000000 is {(Allocation.Contains(e.AccountBucket) ? "in" : "not in")} its allocation"
            : $"segment {name} is allocated in part, and there is no unit";
}

internal sealed class ListCondition(MemberList list) : Condition
{
    protected override Truth Decide(Evaluation e)
    {
        if (!e.HasUnit) return Truth.False;
        if (!list.IsRemote) return list.Contains(e) ? Truth.True : Truth.False;
        return e.Membership(list.Name);
    }

    protected override string Describe(Evaluation e) => $"on list {list.Name}";
}

internal sealed class FlagVariantCondition(CompiledFlag flag, CompiledVariant[] variants) : Condition
{
    protected override Truth Decide(Evaluation e)
    {
        var answer = e.ResolveOther(flag);
        if (answer.Reason == Experiments.V1.Reason.Suspended) return Truth.Unknown;
        if (answer.Variant is null) return Truth.False;
        return variants.Length == 0 || Array.IndexOf(variants, answer.Variant) >= 0 ? Truth.True : Truth.False;
    }

    protected override string Describe(Evaluation e) => $"flag {flag.Name} is {string.Join(" or ", variants.Select(v => v.Name).DefaultIfEmpty("any variant"))}";
}

internal sealed class GateCondition(Bucketing bucketing, BucketSet set, AttributePath? selector) : Condition
{
    protected override Truth Decide(Evaluation e)
    {
        Span<byte> buffer = stackalloc byte[Bucketing.MaxUnitBytes];
        var unit = selector is null ? (e.HasUnit ? e.UnitBytes : default) : UnitText.Read(selector.Read(e.Context), buffer, out _);
        if (selector is null && !e.HasUnit) e.LacksUnit = true;
        if (selector is null ? !e.HasUnit : unit.IsEmpty) return Truth.False;
        return set.Contains(bucketing.Of(unit)) ? Truth.True : Truth.False;
    }

    protected override string Describe(Evaluation e) => $"gate of {bucketing.Buckets} buckets by {selector?.Path ?? "the unit"}";
}
