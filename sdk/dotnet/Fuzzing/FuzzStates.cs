using Busker.Experiments.V1;
using Google.Protobuf;

namespace Busker.Flags.Fuzzing;

/// <summary>Random valid states that use every part of the contract.</summary>
internal sealed class FuzzStates(FuzzRandom random)
{
    public const int Flags = 8;

    public FlagState Next(ulong version)
    {
        var targeting = new FuzzTargeting(random);
        var state = new FlagState { Account = random.Of("test", "acme"), Version = version, Environments = { "prod", "dev" } };
        state.Lists.Add(new MaterializedList { Name = "exact", Exact = new() { Units = { "u1", "u3", "u7", "42" } } });
        state.Lists.Add(new MaterializedList { Name = "bloom", Bloom = Bloom() });
        state.Lists.Add(new MaterializedList { Name = "remote", Remote = new() });
        foreach (var list in state.Lists) targeting.Know(null, list.Name);
        for (var i = 0; i < 6; i++)
        {
            targeting.Know($"s{i}", null); // itself too: a cycle must end
            state.Segments.Add(Segment($"s{i}", targeting));
        }

        for (var i = 0; i < Flags; i++) state.Flags.Add(Flag(i, targeting));
        return state;
    }

    private Segment Segment(string name, FuzzTargeting targeting)
    {
        var segment = new Segment { Name = name };
        if (random.OneIn(3)) segment.Everyone = true;
        else segment.Targeting = targeting.Expression();
        switch (random.Below(4))
        {
            case 0: segment.Allocation = new() { Buckets = 600_000, Ranges = new() { Ranges_ = { new BucketRange { Upper = 300_000 }, new BucketRange { Lower = 400_000, Upper = 700_000 } } } }; break;
            case 1:
                var bits = new byte[1000 + random.Below(124_000)];
                for (var i = 0; i < bits.Length; i++) bits[i] = (byte)random.Below(256);
                segment.Allocation = new() { Buckets = 1, Bitset = UnsafeByteOperations.UnsafeWrap(bits) };
                break;
        }

        return segment;
    }

    private Flag Flag(int index, FuzzTargeting targeting)
    {
        var flag = new Flag
        {
            Name = $"f{index}", State = random.OneIn(15) ? Experiments.V1.Flag.Types.State.Disabled : Experiments.V1.Flag.Types.State.Active,
            Schema = new() { Scalar = ValueSchema.Types.Scalar.Int }, DefaultVariant = random.Of("", "v0"),
        };
        for (var v = 0; v < 3; v++) flag.Variants.Add(new Variant { Name = $"v{v}", Value = Google.Protobuf.WellKnownTypes.Value.ForNumber(v) });
        if (index > 0 && random.OneIn(4)) flag.Prerequisites.Add(new FlagCondition { Flag = $"f{random.Below(index)}", Variants = { "v0", "v1" } });
        for (var r = 0; r < 1 + random.Below(4); r++) flag.Rules.Add(Rule(index, r, targeting));
        return flag;
    }

    private Rule Rule(int flag, int index, FuzzTargeting targeting)
    {
        var rule = new Rule { Name = $"r{index}", Enabled = !random.OneIn(10), TargetingKeySelector = random.Of("", "", "", "email", "age", "user.id"), Assignment = Assignments() };
        if (random.OneIn(4)) rule.Environments.Add(random.Of("prod", "dev"));
        if (random.OneIn(5)) rule.FallbackSelectors.Add("country");
        switch (random.Below(4))
        {
            case 0: rule.Everyone = true; break;
            case 1: rule.Segment = $"s{random.Below(6)}"; break;
            case 2:
                rule.Targeting = flag > 0 && random.OneIn(4)
                    ? new Expression { Flag = new FlagCondition { Flag = $"f{random.Below(flag)}" } }
                    : targeting.Expression();
                break;
            default:
                rule.Segment = $"s{random.Below(6)}";
                rule.Targeting = targeting.Expression(2);
                break;
        }

        if (random.OneIn(5)) rule.Materialization = new() { Read = random.Of("", "m1", "m2"), Write = random.Of("", "m1"), MustMatch = random.OneIn(3), IgnoreTargeting = random.OneIn(2) };
        return rule;
    }

    private AssignmentSpec Assignments()
    {
        var spec = new AssignmentSpec { BucketCount = random.Of(1u, 100u, 1000u) };
        if (random.OneIn(4)) spec.Hash = new FuzzTargeting(random).Hash();
        var third = spec.BucketCount / 3;
        if (third == 0) spec.Assignments.Add(Assignment("a", 0, 1));
        else
        {
            spec.Assignments.Add(Assignment("a", 0, third));
            spec.Assignments.Add(Assignment("b", third, 2 * third));
            if (random.OneIn(2)) spec.Assignments.Add(Assignment("c", 2 * third, spec.BucketCount));
        }

        return spec;
    }

    private Assignment Assignment(string id, uint lower, uint upper)
    {
        var assignment = new Assignment { Id = id, Ranges = { new BucketRange { Lower = lower, Upper = upper } } };
        switch (random.Below(8))
        {
            case 0: assignment.Fallthrough = new(); break;
            case 1: assignment.ClientDefault = new(); break;
            case 2: assignment.ServerDefault = new(); break;
            default: assignment.Variant = $"v{random.Below(3)}"; break;
        }

        return assignment;
    }

    private MaterializedList.Types.Bloom Bloom()
    {
        var words = new byte[128];
        for (var i = 0; i < words.Length; i++) words[i] = (byte)(random.Below(256) | random.Below(256));
        return new() { Words = ByteString.CopyFrom(words), HashCount = 3, BitCount = 1024 };
    }
}
