using System.Security.Cryptography;
using System.Text.Json;
using Busker.Experiments.V1;
using Google.Protobuf;

namespace Busker.Flags.Fuzzing;

/// <summary>
/// Cases for any other resolver of the same contract, one JSON object a line.
/// {"file": base64 of a state file, "shipped": whether the strict switch is on}: the state of the cases that follow; every
/// other file is a delta from the one before.
/// {"broken": base64 of a state file, "message": why it is refused, or empty}.
/// {"n", "flag", "secret" or "environments", "now_us", "context", "sticky": [StickyRecord], "expect": Resolution, "needed":
/// [StickyRead], "writes": [StickyWrite]} and, for some, "trace": Trace with its "text".
/// {"n", "all": true, …, "expect": [Resolution], …, "resume": [StickyRecord], "then": {"expect", "needed", "writes"}}: every
/// flag, and again after what was read.
/// </summary>
public static class FuzzCases
{
    /// <param name="casesPerState">After so many cases comes the next state.</param>
    /// <param name="key">Signs the files; its public half is the first line then.</param>
    public static void Write(TextWriter output, ulong seed, int cases, int casesPerState = 200, ECDsa? key = null)
    {
        var random = new FuzzRandom(seed);
        var clock = new FuzzClock();
        var states = new FuzzStates(random);
        FlagBook? book = null;
        OpenedState? opened = null;
        if (key is not null) output.WriteLine($$"""{"key":"{{Convert.ToBase64String(key.ExportSubjectPublicKeyInfo())}}","key_id":"{{KeyId}}"}""");
        for (var n = 0; n < cases; n++)
        {
            if (n % casesPerState == 0)
            {
                var state = states.Next((ulong)n);
                var shipped = random.OneIn(8);
                book = FlagBook.Build(state, clock, new(shipped)).Value;
                var file = opened is null || n / casesPerState % 2 == 0
                    ? StateFiles.Write(state, clock, key, KeyId)
                    : StateFiles.WriteDelta(opened, state, clock, key, KeyId);
                opened = StateFiles.Read(file, null, opened).Value;
                output.WriteLine($$"""{"file":"{{Convert.ToBase64String(file)}}","shipped":{{(shipped ? "true" : "false")}}}""");
                output.WriteLine(Broken(state, random, clock, key));
            }

            output.WriteLine(Case(n, book!, random, clock));
        }
    }

    private const string KeyId = "fuzz";

    private static string Broken(FlagState state, FuzzRandom random, FuzzClock clock, ECDsa? key)
    {
        var broken = FuzzDamage.To(state, random);
        var fault = FlagBook.Build(broken, clock).Fault;
        return $$"""{"broken":"{{Convert.ToBase64String(StateFiles.Write(broken, clock, key, KeyId))}}","message":{{JsonSerializer.Serialize(fault?.Message ?? "")}}}""";
    }

    private static string Case(int n, FlagBook book, FuzzRandom random, FuzzClock clock)
    {
        clock.NowUs = 1_763_700_000_000_000 + random.Below(1_000_000_000);
        var flag = random.OneIn(50) ? "nope" : $"f{random.Below(FuzzStates.Flags)}";
        var (json, sticky) = (Context(random), Sticky(random));
        var context = ContextJson.Parse(json).Value;
        var (caller, words) = Caller(book, random);
        var line = $$"""{"n":{{n}},{{words}},"now_us":{{clock.NowUs}},"context":{{json}},"sticky":[{{Join(sticky)}}],""";
        if (random.OneIn(20))
        {
            var all = book.Begin(null, context, caller, Memory(sticky));
            var first = Answers(all);
            List<StickyRecord> read = [.. all.Needed.Select(need => new StickyRecord { Unit = need.Unit, Materialization = need.Materialization, Member = random.OneIn(2) })];
            all.Resume(read);
            return $"{line}\"all\":true,{first},\"resume\":[{Join(read)}],\"then\":{{{Answers(all)}}}}}";
        }

        var batch = book.Begin([flag], context, caller, Memory(sticky));
        line += $"\"flag\":\"{flag}\",{Answers(batch)}";
        if (!random.OneIn(8)) return line + "}";
        var trace = book.Explain(flag, context, caller, Memory(sticky));
        return $$"""{{line}},"trace":{{trace}},"text":{{JsonSerializer.Serialize(FlagBook.Text(trace))}}}""";
    }

    private static (Caller Caller, string Words) Caller(FlagBook book, FuzzRandom random)
    {
        if (book.State.Clients.Count > 0 && !random.OneIn(4))
        {
            var secret = random.Of("app", "web");
            return (book.CallerOf(secret).Value, $"\"secret\":\"{secret}\"");
        }

        string[] environments = random.Of<string[]>(["prod"], ["dev"], [], ["prod", "dev"]);
        return (book.Operator(environments), $"\"environments\":{JsonSerializer.Serialize(environments)}");
    }

    private static string Answers(Batch batch) =>
        $"\"expect\":[{Join(batch.Answers.Select(a => a.ToMessage(batch.Context)))}],\"needed\":[{Join(batch.Needed)}],\"writes\":[{Join(batch.Writes)}],\"failure\":{JsonSerializer.Serialize(batch.Failure ?? "")}";

    private static StickyMemory Memory(List<StickyRecord> sticky)
    {
        var memory = new StickyMemory();
        foreach (var record in sticky) memory.Add(record);
        return memory;
    }

    private static string Join(IEnumerable<IMessage> messages) => string.Join(',', messages.Select(m => m.ToString()));

    private static List<StickyRecord> Sticky(FuzzRandom random)
    {
        var records = new List<StickyRecord>();
        if (random.OneIn(4)) return records;
        foreach (var unit in new[] { "u1", "42", random.Of("bob@x.com", "SE", "10", "å-ö") })
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
        if (!random.OneIn(12)) members.Add($"\"targeting_key\":{(random.OneIn(20) ? random.Of("true", "1.5", "[]", "\"\"", "1e30", "1e120", "\"\\ud800\"", "\"\ud83d\ude00\"", "\"" + new string('x', 101) + "\"", "\"" + new string('å', 50) + "\"") : random.Of($"\"u{random.Below(500)}\"", "\"u1\"", "42", "\"å-ö\""))}");
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
        if (random.OneIn(8)) return random.Of("null", "true", "0", "-0.0", "1e21", "1e-7", "0.1", "[]", "{}", "\"\"", "\" 5 \"", "\"Infinity\"", "\"\\u0130\"", "123456789012345680000", "9007199254740993", "-9007199254740992", "5e-324", "\"a\\ud800\"", "\"\\ufeff5\\u0085\"", "\"꟝ẞſ\"", "\"falſe\"", "{\"__proto__\":1}", "[[1],[\"a\",null]]");
        if (random.OneIn(10)) return $"[{Value(random, attribute)},{Value(random, attribute)}]";
        return attribute switch
        {
            "age" => random.Of("5", "10", "20.5", "\"10\"", "\"5.0\"", "-3", "17", "\"1e1\"", "\".5\"", "\"x\""),
            "tags" => random.Of("[\"SE\",\"free\"]", "[5,10]", "[\"10\",5,\"text\"]", "[null]", "[]", "[true,\"b\"]"),
            "version" => random.Of("\"1.2.3\"", "\"1.2.1000\"", "\"2.0\"", "\"v1.2.3-rc.1\"", "\"1.10.0.4\"", "\"2.0.0-rc.1+b\"", "1.2", "\"01.2\""),
            "email" => random.Of("\"bob@x.com\"", "\"Bob@X.com\"", "\"a\\nb\"", "\"åä\"", "\"se 5\""),
            "ip" => random.Of("\"10.1.2.3\"", "\"::ffff:10.0.0.1\"", "\"2001:db8::1\"", "\"2001:db8:8000::\"", "\"10.0.0.256\"", "\"::\"", "\"1::2::3\"", "\"1:2:3:4:5:6:7::\"", "\"::10.1.2.3\"", "\"2001:DB8:0:0::1\"", "\"10.01.2.3\""),
            "joined" => random.Of("\"2025-11-20\"", "\"2025-11-21T03:20:00Z\"", "\"2025-11-21 03:20:00.1234567\"", "1763000000", "1763000000000", "\"2025-11-21T03:20:00+01:00\"", "\"2025-02-30\"", "\"9999-12-31T23:59:59Z\"", "\"0001-01-01\"", "\"2255-06-05T23:47:34.740993Z\"", "\"2025-11-20T03:20:00.5-23:59\"", "\"0000-01-01\"", "\"2025-11-20T24:00:00\""),
            "beta" => random.Of("true", "false", "\"true\"", "\"TRUE\"", "1", "\"no\"", "\"False\""),
            _ => random.Of("\"SE\"", "\"NO\"", "\"se\"", "\"free\"", "\"premium\"", "5", "\"Å\"", "\"å\""),
        };
    }

    private sealed class FuzzClock : TimeProvider
    {
        public long NowUs { get; set; }

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(NowUs * 10);
    }
}
