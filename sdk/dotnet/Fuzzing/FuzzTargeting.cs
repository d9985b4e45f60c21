using Busker.Experiments.V1;
using Comparison = Busker.Experiments.V1.Criterion.Types.Comparison;

namespace Busker.Flags.Fuzzing;

/// <summary>Random but valid expressions over a small world of attributes, so that they often match.</summary>
internal sealed class FuzzTargeting(FuzzRandom random)
{
    internal static readonly string[] Attributes = ["country", "age", "tags", "user.plan", "version", "email", "ip", "joined", "beta"];
    private static readonly string[] Words = ["SE", "NO", "se", "free", "premium", "bob@x.com", "1.2.3", "2.0", "5", "10", "", "Å", "true", "꟝ẞſ"];
    private readonly List<string> _segments = [], _lists = [];

    public void Know(string? segment, string? list)
    {
        if (segment is not null) _segments.Add(segment);
        if (list is not null) _lists.Add(list);
    }

    public Expression Expression(int depth = 0)
    {
        switch (random.Below(depth > 2 ? 6 : 10))
        {
            case 5 when _segments.Count > 0: return new() { Segment = random.Of([.. _segments]) };
            case 4 when _lists.Count > 0: return new() { List = random.Of([.. _lists]) };
            case 3 when random.OneIn(2): return new() { Gate = Gate() };
            case 6: return new() { Not = Expression(depth + 1) };
            case 7: return new() { All = new() { Expressions_ = { Several(depth) } } };
            case 8: return new() { Any = new() { Expressions_ = { Several(depth) } } };
            default: return new() { Criterion = Criterion() };
        }
    }

    public BucketHash Hash() => new()
    {
        Algorithm = (BucketHash.Types.Algorithm)(1 + random.Below(7)), Prefix = random.Of("", "salt|", "å:"), Suffix = random.Of("", "!"),
    };

    private List<Expression> Several(int depth) => Enumerable.Range(0, random.Below(4)).Select(_ => Expression(depth + 1)).ToList();

    private BucketGate Gate() => new()
    {
        Hash = Hash(), BucketCount = 1000, Ranges = { new BucketRange { Lower = 100, Upper = 300 }, new BucketRange { Lower = 500, Upper = 900 } },
        Selector = random.Of("", "", "email", "age"),
    };

    private Criterion Criterion()
    {
        var c = new Criterion { Attribute = random.OneIn(40) ? EvaluationContext.Now : random.Of(Attributes), Comparison = random.Of(Comparison.Typed, Comparison.Typed, Comparison.Strict, Comparison.Loose, Comparison.Text) };
        switch (random.Below(15))
        {
            case 0: c.EqualTo = random.OneIn(3) ? new() : new() { Value = Literal(random.Below(3)) }; break;
            case 1 or 2: c.OneOf = Set(c.Comparison == Comparison.Loose ? 3 : 5); break;
            case 3 or 4: c.Between = Range(Kind(c.Comparison)); break;
            case 5: c.Some = Inner(c.Comparison); break;
            case 6: c.Every = Inner(c.Comparison); break;
            case 7: c.StartsWith = Text(); break;
            case 8: c.EndsWith = Text(); break;
            case 9: c.Contains = Text(); break;
            case 10: c.Presence = (Presence)(1 + random.Below(4)); break;
            case 11: c.Matches = Pattern(); break;
            case 12: c.InNetwork = new() { Cidrs = { random.Of("10.0.0.0/8", "10.1.2.3", "0.0.0.0/0"), random.Of("2001:db8::/33", "::/0", "::ffff:10.0.0.0/104", "2001:db8::1/128") } }; break;
            case 13: c.Modulo = new() { Divisor = random.Of(3, 1L << 53), Remainder = random.Of(random.Below(3), 9007199254740989) % 3 }; break;
            default: Rare(c); break;
        }

        return c;
    }

    private void Rare(Criterion c)
    {
        if (random.OneIn(3)) c.SemVer = Version();
        else if (random.OneIn(4)) c.Kinds = new() { Kinds_ = { (Kinds.Types.Kind)(1 + random.Below(5)), (Kinds.Types.Kind)(1 + random.Below(5)) } };
        else if (random.OneIn(2)) c.Size = random.OneIn(2) ? new() { AtLeast = (uint)random.Below(3) } : new() { AtMost = (uint)random.Below(3) };
        else if (random.OneIn(2)) c.RelativeTime = new() { FromUs = -86_400_000_000L * random.Below(60), ToUs = 86_400_000_000L * random.Below(3) };
        else c.RelativeTime = random.OneIn(2) ? new() { FromUs = -86_400_000_000L * random.Below(600) } : new() { ToUs = 86_400_000_001L * random.Below(60) };
    }

    private SemVer Version()
    {
        var form = (SemVer.Types.Form)random.Below(3);
        return new() { Form = form, Op = (SemVer.Types.Op)(1 + random.Below(form == SemVer.Types.Form.Padded ? 6 : 8)), Version = random.Of("1.2.3", "2.0.0-rc.1", "v1") };
    }

    // Numbers, timestamps, versions, or text: what the comparison knows.
    private int Kind(Comparison comparison) => comparison switch
    {
        Comparison.Typed => random.Below(3),
        Comparison.Strict => random.Below(4),
        _ => random.OneIn(2) ? 0 : 3,
    };

    private Pattern Pattern() => new()
    {
        Regex = random.OneIn(2) ? FuzzPatterns.Next(random) : random.Of("^[a-z]+@", "(S|N)E?", "\\d+$", "^.{2,4}$", "[^a-z]", "\\w+\\s?", "(a|b)*a(a|b){5}", "[å-ö]"),
        IgnoreCase = random.OneIn(2),
    };

    private Quantifier Inner(Comparison comparison) => random.Below(7) switch
    {
        0 => new() { EqualTo = random.OneIn(3) ? new() : new() { Value = Literal(random.Below(3)) } },
        1 => new() { OneOf = Set(comparison == Comparison.Loose ? 3 : 5) },
        2 => new() { Between = Range(0) },
        3 => new() { StartsWith = Text() },
        4 => new() { EndsWith = Text() },
        5 => new() { Matches = Pattern() },
        _ => new() { Contains = Text() },
    };

    private OneOf Set(int kinds)
    {
        var kind = random.Below(kinds);
        var set = new OneOf { IgnoreCase = random.OneIn(4) };
        for (var n = 1 + random.Below(random.OneIn(5) ? 20 : 4); n > 0; n--) set.Values.Add(Literal(kind));
        return set;
    }

    private Between Range(int kind)
    {
        var literal = kind switch { 0 => 1, 1 => 3, 2 => 4, _ => 0 };
        return new()
        {
            Lower = random.OneIn(3) ? null : Literal(literal), Upper = random.OneIn(3) ? null : Literal(literal),
            LowerExclusive = random.OneIn(2), UpperExclusive = random.OneIn(2),
        };
    }

    private Literal Literal(int kind) => kind switch
    {
        0 => new() { String = random.Of(Words) },
        1 => new() { Number = random.Of(0, 5, 10, 20.5, -3, 1e21, 1700000000, double.NaN, double.PositiveInfinity, 1e-7) },
        2 => new() { Bool = random.OneIn(2) },
        3 => new() { TimestampUs = random.Of(1_700_000_000_000_000, 1_763_000_000_000_000, 1_763_608_800_000_000, 9_007_199_254_740_993, 253_402_300_799_000_000, long.MinValue) },
        _ => new() { Version = random.Of("1.2.3", "2.0", "1.10.0.4") },
    };

    private Text Text()
    {
        var text = new Text { IgnoreCase = random.OneIn(2) };
        for (var n = 1 + random.Below(3); n > 0; n--) text.Values.Add(random.Of("S", "b", "@x.com", "1.", "Å", "free", "", "ꟜẞK"));
        return text;
    }
}
