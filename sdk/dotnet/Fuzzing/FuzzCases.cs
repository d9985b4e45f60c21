using System.Text.Json;
using Busker.Experiments.V1;
using Google.Protobuf;

namespace Busker.Flags.Fuzzing;

/// <summary>
/// Cases for any other resolver of the same state, one JSON object a line: {"state": base64 of a FlagState}, then cases
/// {"n", "flag", "environments", "now_us", "context", "sticky": [StickyRecord], "expect": Resolution, "needed":
/// [StickyRead], "writes": [StickyWrite]} (protobuf JSON) about the last state.
/// </summary>
public static class FuzzCases
{
    private const int CasesPerState = 200;

    public static void Write(TextWriter output, ulong seed, int cases)
    {
        var random = new FuzzRandom(seed);
        var clock = new FuzzClock();
        var states = new FuzzStates(random);
        FlagBook? book = null;
        for (var n = 0; n < cases; n++)
        {
            if (n % CasesPerState == 0)
            {
                var state = states.Next((ulong)n);
                book = FlagBook.Build(state, clock).Value;
                output.WriteLine($$"""{"state":"{{state.ToByteString().ToBase64()}}"}""");
            }

            output.WriteLine(Case(n, book!, random, clock));
        }
    }

    private static string Case(int n, FlagBook book, FuzzRandom random, FuzzClock clock)
    {
        clock.NowUs = 1_763_700_000_000_000 + random.Below(1_000_000_000);
        var flag = $"f{random.Below(FuzzStates.Flags)}";
        string[] environments = random.Of<string[]>(["prod"], ["dev"], []);
        var json = Context(random);
        var sticky = Sticky(random);
        var memory = new StickyMemory();
        foreach (var record in sticky) memory.Add(record);
        var context = ContextJson.Parse(json).Value;
        var batch = book.Begin([flag], context, book.Operator(environments), memory);
        return $$"""
            {"n":{{n}},"flag":"{{flag}}","environments":{{JsonSerializer.Serialize(environments)}},"now_us":{{clock.NowUs}},"context":{{json}},"sticky":[{{Join(sticky)}}],"expect":{{batch.Answers[0].ToMessage(context)}},"needed":[{{Join(batch.Needed)}}],"writes":[{{Join(batch.Writes)}}]}
            """;
    }

    private static string Join(IEnumerable<IMessage> messages) => string.Join(',', messages.Select(m => m.ToString()));

    private static List<StickyRecord> Sticky(FuzzRandom random)
    {
        var records = new List<StickyRecord>();
        if (random.OneIn(4)) return records;
        foreach (var unit in new[] { "u0", "u1", "u2", "u3", "42", "bob@x.com", "SE" })
        {
            foreach (var name in new[] { "m1", "m2", "remote" })
            {
                if (random.OneIn(3)) continue;
                var record = new StickyRecord { Unit = unit, Materialization = name, Member = random.OneIn(2) };
                if (record.Member && random.OneIn(2)) record.Variants[$"f{random.Below(FuzzStates.Flags)}/r{random.Below(4)}"] = random.Of("v0", "v1", "v2", "");
                records.Add(record);
            }
        }

        return records;
    }

    private static string Context(FuzzRandom random)
    {
        var members = new List<string>();
        if (!random.OneIn(12)) members.Add($"\"targeting_key\":{(random.OneIn(20) ? random.Of("true", "1.5", "[]", "\"\"", "1e30", "\"" + new string('x', 101) + "\"") : random.Of($"\"u{random.Below(500)}\"", "\"u1\"", "42", "\"å-ö\""))}");
        foreach (var attribute in FuzzTargeting.Attributes.Where(a => a != "user.plan"))
        {
            if (!random.OneIn(3)) members.Add($"\"{attribute}\":{Value(random, attribute)}");
        }

        if (!random.OneIn(3)) members.Add($$"""
            "user":{"plan":{{Value(random, "country")}},"id":{{random.Of("\"u1\"", "7", "null")}}}
            """.Trim());
        return "{" + string.Join(',', members) + "}";
    }

    private static string Value(FuzzRandom random, string attribute)
    {
        if (random.OneIn(8)) return random.Of("null", "true", "0", "-0.0", "1e21", "1e-7", "0.1", "[]", "{}", "\"\"", "\" 5 \"", "\"Infinity\"", "\"\\u0130\"", "123456789012345680000");
        if (random.OneIn(10)) return $"[{Value(random, attribute)},{Value(random, attribute)}]";
        return attribute switch
        {
            "age" => random.Of("5", "10", "20.5", "\"10\"", "\"5.0\"", "-3", "17", "\"1e1\"", "\".5\"", "\"x\""),
            "tags" => random.Of("[\"SE\",\"free\"]", "[5,10]", "[\"10\",5,\"text\"]", "[null]", "[]", "[true,\"b\"]"),
            "version" => random.Of("\"1.2.3\"", "\"1.2.1000\"", "\"2.0\"", "\"v1.2.3-rc.1\"", "\"1.10.0.4\"", "\"2.0.0-rc.1+b\"", "1.2", "\"01.2\""),
            "email" => random.Of("\"bob@x.com\"", "\"Bob@X.com\"", "\"a\\nb\"", "\"åä\"", "\"se 5\""),
            "ip" => random.Of("\"10.1.2.3\"", "\"::ffff:10.0.0.1\"", "\"2001:db8::1\"", "\"2001:db8:8000::\"", "\"10.0.0.256\"", "\"::\"", "\"1::2::3\""),
            "joined" => random.Of("\"2025-11-20\"", "\"2025-11-21T03:20:00Z\"", "\"2025-11-21 03:20:00.1234567\"", "1763000000", "1763000000000", "\"2025-11-21T03:20:00+01:00\"", "\"2025-02-30\""),
            "beta" => random.Of("true", "false", "\"true\"", "\"TRUE\"", "1", "\"no\""),
            _ => random.Of("\"SE\"", "\"NO\"", "\"se\"", "\"free\"", "\"premium\"", "5", "\"Å\"", "\"å\""),
        };
    }

    private sealed class FuzzClock : TimeProvider
    {
        public long NowUs { get; set; }

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(NowUs * 10);
    }
}
