using Busker.Experiments.V1;
using Google.Protobuf.WellKnownTypes;

namespace Busker.Bench.Flags;

/// <summary>States that are measured, built from few words.</summary>
internal static class Made
{
    public static Flag Flag(string name, string defaultVariant) => new()
    {
        Name = name, State = Experiments.V1.Flag.Types.State.Active, Schema = new() { Scalar = ValueSchema.Types.Scalar.Bool }, DefaultVariant = defaultVariant,
        Variants = { new Variant { Name = "on", Value = Value.ForBool(true) }, new Variant { Name = "off", Value = Value.ForBool(false) } },
    };

    public static Rule Give(string name, string variant, Expression targeting) => new()
    {
        Name = name, Enabled = true, Targeting = targeting,
        Assignment = new() { BucketCount = 1, Assignments = { new Assignment { Id = "a", Variant = variant, Ranges = { new BucketRange { Upper = 1 } } } } },
    };

    public static Rule Split(string name) => new()
    {
        Name = name, Enabled = true, Kind = Rule.Types.Kind.Experiment,
        Assignment = new()
        {
            BucketCount = 1000,
            Assignments =
            {
                new Assignment { Id = "off", Variant = "off", Ranges = { new BucketRange { Upper = 500 } } },
                new Assignment { Id = "on", Variant = "on", Ranges = { new BucketRange { Lower = 500, Upper = 1000 } } },
            },
        },
    };

    public static Expression OneOf(string attribute, IEnumerable<string> values)
    {
        var set = new OneOf();
        set.Values.AddRange(values.Select(v => new Literal { String = v }));
        return new() { Criterion = new() { Attribute = attribute, OneOf = set } };
    }

    public static Expression All(params Expression[] parts)
    {
        var all = new Expressions();
        all.Expressions_.AddRange(parts);
        return new() { All = all };
    }

    /// <summary>Flags that each look at a segment, most segments at another one, and half of them allocated in part.</summary>
    public static FlagState Large(int flags, int segments)
    {
        var state = new FlagState { Account = "bench", Version = 1 };
        for (var s = 0; s < segments; s++)
        {
            var targeting = OneOf("country", Enumerable.Range(0, 5).Select(c => $"C{(s + c) % 40}"));
            var segment = new Segment { Name = $"segment-{s}", Targeting = s % 3 == 0 ? targeting : All(targeting, new Expression { Segment = $"segment-{s / 3 * 3}" }) };
            if (s % 2 == 0) segment.Allocation = new() { Buckets = 500_000, Ranges = new() { Ranges_ = { new BucketRange { Upper = 250_000 }, new BucketRange { Lower = 600_000, Upper = 850_000 } } } };
            state.Segments.Add(segment);
        }

        for (var f = 0; f < flags; f++)
        {
            var flag = Flag($"flag-{f}", "off");
            flag.Rules.Add(Give("override", "on", OneOf("user_id", [$"u{f}", $"u{f + 1}"])));
            var rule = Split("test");
            rule.Segment = $"segment-{f % segments}";
            flag.Rules.Add(rule);
            flag.Rules.Add(Give("premium", "on", All(OneOf("plan", ["premium"]), OneOf("country", ["C1", "C2", $"C{f % 40}"]))));
            state.Flags.Add(flag);
        }

        return state;
    }
}
