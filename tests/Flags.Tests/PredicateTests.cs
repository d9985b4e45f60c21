namespace Busker.Flags.Tests;

public sealed class PredicateTests
{
    private const string Se = """ "oneOf": {"values": [{"string": "SE"}, {"string": "5"}]} """;
    private const string Num = """ "oneOf": {"values": [{"number": 5}]} """;
    private const string Null = """ "equalTo": {} """;
    private const string Tall = """ "between": {"lower": {"number": 10}, "upper": {"number": 20}, "upperExclusive": true} """;
    private const string Always = """ "between": {} """;
    private const string EveryTall = """ "every": {"between": {"lower": {"number": 10}}} """;
    private const string SomeTall = """ "some": {"between": {"lower": {"number": 10}}} """;
    private const string EveryStart = """ "every": {"startsWith": {"values": ["a"]}} """;
    private const string Since = """ "between": {"lower": {"timestampUs": "1700000000000000"}} """;
    private const string Version = """ "between": {"lower": {"version": "1.2.3"}, "upper": {"version": "2.0"}, "upperExclusive": true} """;

    [Theory]
    [InlineData(Se, "\"SE\"", true)]
    [InlineData(Se, "\"se\"", false)]
    [InlineData(Se, "5", true)]
    [InlineData(Se, "5.5", false)]
    [InlineData(Se, "[\"NO\", \"SE\"]", true)]
    [InlineData(Se, "", false)]
    [InlineData(Se, "null", false)]
    [InlineData(Num, "\"5\"", true)]
    [InlineData(Num, "\"5.0e0\"", true)]
    [InlineData(Num, "\"x\"", false)]
    [InlineData(Num, "true", false)]
    [InlineData(Null, "", true)]
    [InlineData(Null, "null", true)]
    [InlineData(Null, "0", false)]
    [InlineData(Tall, "10", true)]
    [InlineData(Tall, "20", false)]
    [InlineData(Tall, "\"15\"", true)]
    [InlineData(Always, "15", false)]
    [InlineData(EveryTall, "", true)]
    [InlineData(EveryTall, "[]", true)]
    [InlineData(EveryTall, "[10, \"text\", 50]", false)]
    [InlineData(EveryTall, "[10, \"11\", 50]", true)]
    [InlineData(SomeTall, "", false)]
    [InlineData(SomeTall, "[1, \"text\", 50]", true)]
    [InlineData(EveryStart, "", false)]
    [InlineData(EveryStart, "[]", true)]
    [InlineData(EveryStart, "[\"ab\", \"a\"]", true)]
    [InlineData(Since, "1700000000", true)]
    [InlineData(Since, "1699999999999", false)]
    [InlineData(Since, "\"2023-11-14T22:13:20Z\"", true)]
    [InlineData(Since, "\"2023-11-14T23:13:19+01:00\"", false)]
    [InlineData(Since, "\"2023-11-15\"", true)]
    [InlineData(Since, "\"2023-02-30\"", false)]
    [InlineData(Version, "\"1.2.3-beta\"", true)]
    [InlineData(Version, "\"1.2.1000\"", false)]
    [InlineData(Version, "\"2.0\"", false)]
    [InlineData(Version, "\"junk\"", false)]
    public void The_reference_semantics_hold(string predicate, string attribute, bool expected) =>
        States.Criterion(predicate, attribute).ShouldBe(expected);

    [Theory]
    [InlineData(Null, "", false)]
    [InlineData(Null, "null", false)]
    [InlineData(Always, "15", true)]
    [InlineData(EveryTall, "", false)]
    [InlineData(EveryTall, "null", false)]
    public void The_strict_switch_answers_like_the_shipped_engine(string predicate, string attribute, bool expected) =>
        States.Criterion(predicate, attribute, new BookOptions(ShippedEngine: true)).ShouldBe(expected);

    [Fact]
    public void The_shipped_engine_fails_the_request_over_text_that_is_no_number_and_ours_does_not()
    {
        var state = States.Targeting($$$"""{"criterion": {"attribute": "x", {{{EveryTall}}} }}""");
        var context = ContextJson.Parse("""{"x": [10, "text", 50]}""").Value;
        var shipped = States.Book(state, new(ShippedEngine: true));
        shipped.Begin(null, context, shipped.Operator()).Failure.ShouldNotBeNull();
        var ours = States.Book(state);
        ours.Resolve("f", context, ours.Operator()).Reason.ShouldBe(Experiments.V1.Reason.NoMatch);
    }

    [Theory]
    [InlineData(""" "presence": "PRESENCE_SET" """, "1", true)]
    [InlineData(""" "presence": "PRESENCE_SET" """, "null", false)]
    [InlineData(""" "presence": "PRESENCE_MISSING" """, "null", false)]
    [InlineData(""" "presence": "PRESENCE_NULL" """, "null", true)]
    [InlineData(""" "presence": "PRESENCE_NULL_OR_MISSING" """, "", true)]
    [InlineData(""" "matches": {"regex": "^[a-z]+@x\\.com$"} """, "\"bob@x.com\"", true)]
    [InlineData(""" "matches": {"regex": "^[a-z]+@x\\.com$"} """, "\"bob@x.com\\n\"", false)]
    [InlineData(""" "matches": {"regex": "(a|b){2,3}\\d$", "ignoreCase": true} """, "\"xAB7\"", true)]
    [InlineData(""" "inNetwork": {"cidrs": ["10.0.0.0/8", "2001:db8::/32"]} """, "\"10.255.0.1\"", true)]
    [InlineData(""" "inNetwork": {"cidrs": ["10.0.0.0/8", "2001:db8::/32"]} """, "\"::ffff:10.1.2.3\"", true)]
    [InlineData(""" "inNetwork": {"cidrs": ["10.0.0.0/8", "2001:db8::/32"]} """, "\"2001:db8:1::1\"", true)]
    [InlineData(""" "inNetwork": {"cidrs": ["10.0.0.0/8", "2001:db8::/32"]} """, "\"010.0.0.1\"", false)]
    [InlineData(""" "contains": {"values": ["ÅNGSTRÖM"], "ignoreCase": true} """, "\"1 ångström\"", true)]
    [InlineData(""" "oneOf": {"values": [{"string": "Abc"}], "ignoreCase": true} """, "\"aBC\"", true)]
    [InlineData(""" "modulo": {"divisor": 10, "remainder": 7} """, "-3", true)]
    [InlineData(""" "modulo": {"divisor": 10, "remainder": 7} """, "17.5", false)]
    [InlineData(""" "relativeTime": {"fromUs": "-604800000000"} """, "\"2026-11-15\"", true)]
    [InlineData(""" "relativeTime": {"fromUs": "-604800000000"} """, "\"2026-11-14\"", false)]
    [InlineData(""" "semVer": {"op": "GREATER", "version": "1.0.0-alpha.beta"} """, "\"1.0.0-rc.1\"", true)]
    [InlineData(""" "semVer": {"op": "LESS", "version": "1.0.0"} """, "\"v1.0.0-rc.1+build\"", true)]
    [InlineData(""" "semVer": {"op": "GREATER", "version": "1.0.0-2"} """, "\"1.0.0-10\"", true)]
    [InlineData(""" "semVer": {"op": "CARET", "version": "1.2.0"} """, "\"1.9\"", true)]
    [InlineData(""" "semVer": {"op": "TILDE", "version": "1.2.0"} """, "\"1.3.0\"", false)]
    [InlineData(""" "size": {"atLeast": 2} """, "[1, 2]", true)]
    [InlineData(""" "comparison": "COMPARISON_STRICT", "oneOf": {"values": [{"number": 5}]} """, "\"5\"", false)]
    [InlineData(""" "comparison": "COMPARISON_LOOSE", "oneOf": {"values": [{"number": 1}]} """, "true", true)]
    [InlineData(""" "comparison": "COMPARISON_LOOSE", "oneOf": {"values": [{"number": 5}]} """, "5", true)]
    [InlineData(""" "comparison": "COMPARISON_LOOSE", "oneOf": {"values": [{"number": 5}]} """, "\"\ufeff5\"", true)]
    [InlineData(""" "between": {"lower": {"timestampUs": "9000000000000000000"}} """, "\"9999-12-31\"", false)]
    [InlineData(""" "comparison": "COMPARISON_LOOSE", "oneOf": {"values": [{"number": 5}]} """, "[\"5\"]", true)]
    [InlineData(""" "comparison": "COMPARISON_TEXT", "oneOf": {"values": [{"string": "true"}]} """, "true", true)]
    [InlineData(""" "comparison": "COMPARISON_TEXT", "oneOf": {"values": [{"string": "a,,5"}]} """, "[\"a\", null, 5]", true)]
    [InlineData(""" "comparison": "COMPARISON_TEXT", "oneOf": {"values": [{"string": ""}]} """, "null", false)]
    [InlineData(""" "comparison": "COMPARISON_TEXT", "startsWith": {"values": ["12"]} """, "123.5", true)]
    [InlineData(""" "comparison": "COMPARISON_TEXT", "matches": {"regex": "^fal"} """, "false", true)]
    [InlineData(""" "comparison": "COMPARISON_TEXT", "between": {"lower": {"number": 1}} """, "\" 7 \"", true)]
    [InlineData(""" "comparison": "COMPARISON_TEXT", "between": {"lower": {"number": 0}} """, "true", false)]
    [InlineData(""" "comparison": "COMPARISON_STRICT", "between": {"lower": {"string": "b"}} """, "\"c\"", true)]
    [InlineData(""" "kinds": {"kinds": ["KIND_LIST", "KIND_BOOL"]} """, "[]", true)]
    [InlineData(""" "kinds": {"kinds": ["KIND_LIST", "KIND_BOOL"]} """, "false", true)]
    [InlineData(""" "kinds": {"kinds": ["KIND_LIST", "KIND_BOOL"]} """, "null", false)]
    [InlineData(""" "kinds": {"kinds": ["KIND_STRUCT"]} """, "{}", true)]
    [InlineData(""" "semVer": {"op": "LESS", "version": "2.0.0", "form": "FORM_STRICT"} """, "\"1.2.3\"", true)]
    [InlineData(""" "semVer": {"op": "LESS", "version": "2.0.0", "form": "FORM_STRICT"} """, "\"1.2\"", false)]
    [InlineData(""" "semVer": {"op": "LESS", "version": "2.0.0", "form": "FORM_STRICT"} """, "\"v1.2.3\"", false)]
    [InlineData(""" "semVer": {"op": "LESS", "version": "10.0.0", "form": "FORM_PADDED"} """, "\"v9.0.0+build\"", true)]
    [InlineData(""" "semVer": {"op": "LESS", "version": "1.0.0", "form": "FORM_PADDED"} """, "\"1.0.0-beta\"", true)]
    [InlineData(""" "semVer": {"op": "EQUAL", "version": "0", "form": "FORM_PADDED"} """, "", true)]
    public void The_further_predicates_hold(string predicate, string attribute, bool expected) =>
        States.Criterion(predicate, attribute).ShouldBe(expected);

    [Theory]
    [InlineData("{}", "targeting")]
    [InlineData("""{"criterion": {"attribute": "x"}}""", "targeting.criterion")]
    [InlineData("""{"criterion": {"attribute": "", "equalTo": {}}}""", "targeting.criterion.attribute")]
    [InlineData("""{"not": {"all": {"expressions": [{"segment": "nope"}]}}}""", "targeting.not.all[0].segment")]
    [InlineData("""{"criterion": {"attribute": "x", "oneOf": {"values": [{"string": "a"}, {"number": 1}]}}}""", "targeting.criterion.one_of")]
    [InlineData("""{"criterion": {"attribute": "x", "matches": {"regex": "(?=a)"}}}""", "targeting.criterion.matches.regex")]
    [InlineData("""{"criterion": {"attribute": "x", "matches": {"regex": "(a)\\1"}}}""", "targeting.criterion.matches.regex")]
    [InlineData("""{"criterion": {"attribute": "x", "inNetwork": {"cidrs": ["10.0.0.0/33"]}}}""", "targeting.criterion.in_network.cidrs[0]")]
    [InlineData("""{"criterion": {"attribute": "x", "semVer": {"op": "EQUAL", "version": "1.x"}}}""", "targeting.criterion.sem_ver.version")]
    [InlineData("""{"criterion": {"attribute": "x", "modulo": {"divisor": 3, "remainder": 3}}}""", "targeting.criterion.modulo")]
    [InlineData("""{"criterion": {"attribute": "x", "between": {"lower": {"string": "a"}}}}""", "targeting.criterion.between")]
    public void A_wrong_shape_is_refused_with_its_path_and_never_means_everyone(string expression, string path) =>
        States.Refusal(States.Targeting(expression)).Field.ShouldBe("flags[0].rules[0]." + path);

    [Fact]
    public void The_clock_is_an_attribute() // the clock of the tests stands at 2026-11-21T12:00:00Z, which is 1795262400
    {
        States.Matches("""{"criterion": {"attribute": "$now", "between": {"lower": {"number": 1795262400}}}}""", "{}").ShouldBeTrue();
        States.Matches("""{"criterion": {"attribute": "$now", "between": {"lower": {"number": 1795262400}, "lowerExclusive": true}}}""", "{}").ShouldBeFalse();
        States.Matches("""{"criterion": {"attribute": "$now", "between": {"upper": {"timestampUs": "1795262400000000"}}}}""", "{}").ShouldBeTrue();
    }

    [Fact]
    public void A_declared_attribute_takes_only_its_type()
    {
        var state = States.Targeting("""{"criterion": {"attribute": "age", "oneOf": {"values": [{"string": "a"}]}}}""");
        state.Attributes.Add(new Experiments.V1.AttributeDeclaration { Path = "age", Type = Experiments.V1.AttributeType.Number });
        States.Refusal(state).Message.ShouldContain("declared as number");
    }

    [Fact]
    public void A_regex_bomb_costs_linear_time()
    {
        var text = new string('a', 50_000) + "!";
        States.Criterion(""" "matches": {"regex": "^(a+)+$"} """, $"\"{text}\"").ShouldBeFalse();
    }

    [Theory]
    [InlineData("*a", "\"*\" has nothing to repeat (at character 1)")]
    [InlineData("a**", "\"*\" has nothing to repeat (at character 3)")]
    [InlineData("^*", "\"*\" has nothing to repeat (at character 2)")]
    [InlineData("(a", "( is not closed (at character 3)")]
    [InlineData("a)", "\")\" closes nothing (at character 2)")]
    [InlineData("a{3,2}", "{3,2} runs backwards (at character 2)")]
    [InlineData("a{1001}", "{1001} is not a count of at most 1000 (at character 2)")]
    [InlineData("(?=a)", "only ( ) and (?: ) groups are in the common subset (at character 2)")]
    [InlineData("\\b", "\\b is not in the common subset (at character 1)")]
    [InlineData("[\\D]", "\\D is not in the common subset inside [ ] (at character 2)")]
    [InlineData("((a{1000}){1000}){1000}", "has 1000000000 steps when its counts are written out, at most 2000")]
    [InlineData("((){1000}){3}", "has 3000 steps when its counts are written out, at most 2000")]
    public void A_regex_outside_the_common_subset_says_where_and_why(string regex, string refusal) =>
        Conditions.PatternSyntax.Compile(regex, false).Refusal.ShouldBe(refusal);

    [Theory]
    [InlineData("^(a+)+$")]
    [InlineData("(a|aa)*c")]
    [InlineData("(a|b)*a(a|b){900}c")]
    [InlineData("(.*a){500}c")]
    [InlineData("(((a*)*)*)*c")]
    [InlineData("a{1,1000}a{1,900}c")]
    public void A_hostile_regex_costs_bounded_time(string regex)
    {
        var text = string.Concat(Enumerable.Repeat("aab", 3_000)) + "!";
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        States.Criterion($$""" "matches": {"regex": "{{regex}}"} """, $"\"{text}\"").ShouldBeFalse();
        System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalSeconds.ShouldBeLessThan(10);
    }

    [Theory]
    [InlineData("::", true)]
    [InlineData("1:2:3:4:5:6:7:8", true)]
    [InlineData("1:2:3:4:5:6:7::", true)]
    [InlineData("::2:3:4:5:6:7:8", true)]
    [InlineData("1::8", true)]
    [InlineData("::ffff:1.2.3.4", true)]
    [InlineData("1:2:3:4:5:6:1.2.3.4", true)]
    [InlineData("1:2:3:4:5:6:7:1.2.3.4", false)]
    [InlineData("1::2::3", false)]
    [InlineData(":::", false)]
    [InlineData(":1", false)]
    [InlineData("1:", false)]
    [InlineData("1:2:3:4:5:6:7:8:9", false)]
    [InlineData("1:2:3:4:5:6:7:8::", false)]
    [InlineData("12345::", false)]
    [InlineData("fe80::1%eth0", false)]
    [InlineData("::1.2.3", false)]
    [InlineData("1.2.3.4::", false)]
    public void An_address_is_read_as_its_standard_says(string text, bool valid)
    {
        Conditions.NetworkRange.TryAddress(text, out var address).ShouldBe(valid);
        if (!valid) return;
        var bytes = new byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, address);
        bytes.ShouldBe(System.Net.IPAddress.Parse(text).GetAddressBytes());
    }

    [Theory]
    [InlineData("\"relativeTime\": {\"fromUs\": \"-9000000000000000000\"}", "relative_time")]
    [InlineData("\"modulo\": {\"divisor\": \"9007199254740993\"}", "modulo")]
    public void A_number_that_is_not_exact_everywhere_is_refused(string predicate, string path) =>
        States.Refusal(States.Targeting($$$"""{"criterion": {"attribute": "x", {{{predicate}}} }}""")).Field.ShouldBe("flags[0].rules[0].targeting.criterion." + path);

    [Fact]
    public void Lower_case_is_that_of_one_fixed_version_of_Unicode()
    {
        Conditions.CaseFold.Lower("AÅΣΩЖẞÅꟜİ𐐀x").ShouldBe("aåσωжßåƛİ𐐀x");
        var table = Enumerable.Range(0, 65536).Select(c => Conditions.CaseFold.Lower(((char)c).ToString())[0]);
        Hashing.Murmur3.X86(table.SelectMany(c => BitConverter.GetBytes(c)).ToArray()).ShouldBe(1963580438u);
    }
}
