using Busker.Experiments.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

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

        if (random.OneIn(25)) Exclude(state);
        if (random.OneIn(4)) AddClients(state);
        for (var i = 0; i < Flags; i++) state.Flags.Add(Flag(i, targeting));
        foreach (var flag in state.Flags.Where(_ => state.Clients.Count > 0)) flag.Clients.Add(random.Of("*", "app", "web"));
        return state;
    }

    /// <summary>What a client's secret hashes to; the secret is its name.</summary>
    public static byte[] Hash(string secret) => System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(secret));

    private static void AddClients(FlagState state)
    {
        foreach (var name in new[] { "app", "web" })
        {
            state.Clients.Add(new Client { Name = name, Credentials = { new Credential { Name = "first", SecretSha256 = ByteString.CopyFrom(Hash(name)), Environments = { name == "app" ? "prod" : "dev" } } } });
        }
    }

    // Two segments that share no bucket.
    private static void Exclude(FlagState state)
    {
        foreach (var segment in state.Segments.TakeLast(2))
        {
            segment.Allocation = new() { Buckets = 250_000, ExclusivityTags = { "x" }, ExclusiveTo = { "x" } };
            segment.Allocation = BucketSpace.Allocate(segment, [.. state.Segments.Where(s => s.Allocation?.Ranges is not null)]).Value;
        }
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
                var (bits, block) = (new byte[1000 + random.Below(random.OneIn(10) ? 124_000 : 3_000)], new byte[61]);
                for (var i = 0; i < block.Length; i++) block[i] = (byte)random.Below(256);
                for (var i = 0; i < bits.Length; i++) bits[i] = block[i % block.Length];
                segment.Allocation = new() { Buckets = 1, Bitset = UnsafeByteOperations.UnsafeWrap(bits) };
                break;
        }

        return segment;
    }

    private static readonly string[] Schemas =
    [
        """{"scalar":"INT"}""", """{"scalar":"JSON"}""", """{"list":{"element":{"scalar":"DOUBLE"}}}""",
        """{"struct":{"fields":{"b":{"scalar":"BOOL"},"a":{"scalar":"STRING"},"10":{"struct":{"fields":{"__proto__":{"scalar":"INT"}}}}}}}""",
    ];

    private static readonly string[][] Values =
    [
        ["0", "1", "2"], ["\"å\"", "{\"x\":[1,null,{}]}", "null"], ["[]", "[0.1,1e300]", "[-5]"],
        ["{}", """{"a":"x","10":{}}""", """{"10":{"__proto__":7},"b":true}"""],
    ];

    private Flag Flag(int index, FuzzTargeting targeting)
    {
        var flag = new Flag
        {
            Name = $"f{index}", State = random.OneIn(15) ? random.Of(Experiments.V1.Flag.Types.State.Disabled, Experiments.V1.Flag.Types.State.Archived) : Experiments.V1.Flag.Types.State.Active,
            Schema = ValueSchema.Parser.ParseJson(Schemas[index % Schemas.Length]), DefaultVariant = random.Of("", "v0"),
        };
        for (var v = 0; v < 3; v++) flag.Variants.Add(new Variant { Name = $"v{v}", Value = Value.Parser.ParseJson(Values[index % Schemas.Length][v]) });
        if (random.OneIn(4)) flag.Metadata = Struct.Parser.ParseJson("""{"team":"x","on":true}""");
        if (random.OneIn(4)) flag.Variants[0].Metadata = Struct.Parser.ParseJson("""{"n":1.5}""");
        if (index > 0 && random.OneIn(4)) flag.Prerequisites.Add(new FlagCondition { Flag = $"f{random.Below(index)}", Variants = { "v0", "v1" } });
        for (var r = 0; r < 1 + random.Below(4); r++) flag.Rules.Add(Rule(index, r, targeting));
        return flag;
    }

    private Rule Rule(int flag, int index, FuzzTargeting targeting)
    {
        var rule = new Rule { Name = $"r{index}", Kind = (Rule.Types.Kind)random.Below(5), Enabled = !random.OneIn(10), TargetingKeySelector = random.Of("", "", "", "targeting_key", "email", "age", "user.id"), Assignment = Assignments() };
        if (random.OneIn(4)) rule.Environments.Add(random.Of("prod", "dev"));
        if (random.OneIn(8)) rule.Environments.Add("prod");
        if (random.OneIn(5)) rule.FallbackSelectors.Add(random.Of("country", "user.id"));
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
        var spec = new AssignmentSpec { BucketCount = random.Of(1u, 100u, 1000u, 1_000_000u, uint.MaxValue) };
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
