namespace Busker.FlagImport.Tests;

/// <summary>What cannot be expressed is reported with its path, and its flag is not in the state.</summary>
public sealed class FindingTests
{
    [Theory]
    [InlineData("""{"if": [{"==": [{"var": "a"}, {"var": "b"}]}, "on"]}""", "flags.f.targeting.if[0].==", "compares two attributes")]
    [InlineData("""{"if": [{"map": [[1], 2]}, "on"]}""", "flags.f.targeting.if[0].map", "is not an operation that can be expressed")]
    [InlineData("""{"if": [{"==": [{"%": [{"var": "a"}, 2]}, 0]}, "on"]}""", "flags.f.targeting.if[0].==[0]", "compares with the result of another operation")]
    [InlineData("""{"fractional": [{"cat": [{"var": "a"}, {"var": "b"}]}, ["on", 1], ["off", 1]]}""", "flags.f.targeting.fractional[0].cat", "hashes more than one attribute")]
    [InlineData("""{"fractional": [["on", {"var": "n"}], ["off", 1]]}""", "flags.f.targeting.fractional[0][1]", "is computed")]
    [InlineData("""{"if": [{"$ref": "nobody"}, "on"]}""", "flags.f.targeting.if[0]", "there is no evaluator \"nobody\"")]
    [InlineData("""{"if": [{"==": [{"var": "list.0"}, 1]}, "on"]}""", "flags.f.targeting.if[0].==[0].var", "is not the name of an attribute")]
    [InlineData("""{"if": [true, "on"], "or": []}""", "flags.f.targeting", "is not one operation")]
    public void Of_flagd(string targeting, string path, string reason) => LeftOut(FlagSource.Flagd, Imports.Flagd(targeting), path, reason);

    [Theory]
    [InlineData("""{"tags": ["a", "b"]}""", "features.f.rules[0].condition.tags", "compares with a whole list or object")]
    [InlineData("""{"list.0": "a"}""", "features.f.rules[0].condition.list.0", "is no path of attributes")]
    [InlineData("""{"a": {"$elemMatch": {"b": 1}}}""", "features.f.rules[0].condition.a.$elemMatch", "looks into lists of objects")]
    [InlineData("""{"a": {"$regex": "(?=x)"}}""", "features.f.rules[0].condition.a.$regex", "groups are in the common subset")]
    [InlineData("""{"a": {"$regexi": "å"}}""", "features.f.rules[0].condition.a.$regexi", "beyond ASCII")]
    [InlineData("""{"a": {"$gt": []}}""", "features.f.rules[0].condition.a.$gt", "an order against a list")]
    [InlineData("\"everyone\"", "features.f.rules[0].condition", "is no condition")]
    public void Of_GrowthBook(string condition, string path, string reason) => LeftOut(FlagSource.GrowthBook, Imports.GrowthBook(condition), path, reason);

    [Theory]
    [InlineData("""[{"key":"c"},{}]""", ".meta")]
    [InlineData("""[{"key":"c"},{"key":"c"}]""", ".meta")]
    [InlineData("""[{"key":"c"},{"key":"t"},{"key":"u"}]""", ".meta")]
    [InlineData("""[{"key":"c"},{"key":"t","passthrough":true}]""", ".meta")]
    public void Of_sticky_buckets_of_GrowthBook(string meta, string path)
    {
        var source = """{"features": {"f": {"defaultValue": 0, "rules": [{"key": "k", "variations": [1, 2], "meta": META}]}}}""".Replace("META", meta);
        Imports.Read(FlagSource.GrowthBook, source).Findings.ShouldBeEmpty();
        Imports.Read(FlagSource.GrowthBook, source, new() { StickyBuckets = true }).Findings.ShouldContain(f => f.Path == "features.f.rules[0]" + path && f.Effect == Effect.LeftOut);
    }

    [Theory]
    [InlineData("""[{"name": "myStrategy", "parameters": {}}]""", "features[0].strategies[0]", "is a strategy of your own")]
    [InlineData("""[{"name": "gradualRolloutRandom", "parameters": {"percentage": "50"}}]""", "features[0].strategies[0].parameters", "draws at random")]
    [InlineData("""[{"name": "flexibleRollout", "parameters": {"rollout": "50", "stickiness": "random"}}]""", "features[0].strategies[0].parameters", "draws at random")]
    [InlineData("""[{"name": "default", "constraints": [{"contextName": "a", "operator": "IN"}]}]""", "features[0].strategies[0].constraints[0].values", "is missing")]
    [InlineData("""[{"name": "default", "constraints": [{"contextName": "a", "operator": "REGEX", "value": "(?i)x"}]}]""", "features[0] f", "groups are in the common subset")]
    [InlineData("""[{"name": "default", "constraints": [{"contextName": "currentTime", "operator": "DATE_AFTER", "value": "soon"}]}]""", "features[0].strategies[0].constraints[0].value", "is no date")]
    public void Of_Unleash(string strategies, string path, string reason) => LeftOut(FlagSource.Unleash, Imports.Unleash(strategies), path, reason);

    [Theory]
    [InlineData("""[{"name": "flexibleRollout", "parameters": {"rollout": "50", "stickiness": "default", "groupId": "g"}}]""", "without userId and sessionId")]
    [InlineData("""[{"name": "flexibleRollout", "parameters": {"rollout": "50", "stickiness": "userId", "groupId": "å"}}]""", "hashed as UTF-8")]
    [InlineData("""[{"name": "applicationHostname", "parameters": {"hostNames": "a,b"}}]""", "the attribute \"hostname\"")]
    public void What_differs_under_a_condition_stays_and_says_so(string strategies, string reason)
    {
        var imported = Imports.Read(FlagSource.Unleash, Imports.Unleash(strategies));
        imported.State.Flags.Count.ShouldBe(1);
        var finding = imported.Findings.ShouldHaveSingleItem();
        finding.Effect.ShouldBe(Effect.Differs);
        finding.Reason.ShouldContain(reason);
    }

    [Fact]
    public void What_depends_on_a_flag_that_is_left_out_is_left_out_too()
    {
        var imported = Imports.Read(FlagSource.Unleash, """
            {"features": [{"name": "parent", "enabled": true, "strategies": [{"name": "own"}]},
                          {"name": "child", "enabled": true, "strategies": [], "dependencies": [{"feature": "parent"}]},
                          {"name": "other", "enabled": true, "strategies": []}]}
            """);
        imported.State.Flags.Select(f => f.Name).ShouldBe(["other"]);
        imported.Findings.ShouldContain(f => f.Path == "features[1] child" && f.Reason.Contains("there is no flag \"parent\""));
    }

    [Fact]
    public void Prerequisites_in_a_circle_are_left_out()
    {
        var imported = Imports.Read(FlagSource.GrowthBook, """
            {"features": {"a": {"defaultValue": 1, "rules": [{"parentConditions": [{"id": "b", "condition": {"value": 1}}], "force": 2}]},
                          "b": {"defaultValue": 1, "rules": [{"parentConditions": [{"id": "a", "condition": {"value": 1}}], "force": 2}]}, "c": {"defaultValue": true}}}
            """);
        imported.State.Flags.Select(f => f.Name).ShouldBe(["c"]);
        imported.Findings.Count.ShouldBe(2);
    }

    [Fact]
    public void An_evaluator_may_refer_forwards_and_never_back()
    {
        var source = (string first, string second) => """
            {"$evaluators": {"a": FIRST, "b": SECOND}, "flags": {"f": {"state": "ENABLED", "variants": {"on": 1}, "targeting": {"if": [{"$ref": "a"}, "on"]}}}}
            """.Replace("FIRST", first).Replace("SECOND", second);
        Imports.Read(FlagSource.Flagd, source("""{"$ref": "b"}""", """{"==": [{"var": "x"}, 1]}""")).Findings.ShouldBeEmpty();
        Imports.Read(FlagSource.Flagd, source("""{"$ref": "b"}""", """{"$ref": "a"}""")).Findings.ShouldHaveSingleItem().Reason.ShouldContain("from itself");
    }

    [Fact]
    public void A_targeting_rule_of_Confidence_that_is_not_known_leaves_out_its_flags_and_never_means_everyone()
    {
        var imported = Imports.Read(FlagSource.Confidence, """
            {"flags": [{"name": "flags/f", "state": "ACTIVE", "clients": ["clients/c"], "variants": [{"name": "flags/f/variants/on", "value": {"x": 1}}],
               "rules": [{"name": "flags/f/rules/r", "segment": "segments/s", "enabled": true,
                 "assignmentSpec": {"bucketCount": 1, "assignments": [{"assignmentId": "a", "variant": {"variant": "flags/f/variants/on"}, "bucketRanges": [{"lower": 0, "upper": 1}]}]}}]}],
             "segmentsNoBitsets": [{"name": "segments/s", "targeting": {"criteria": {"c": {"attribute": {"attributeName": "a", "soundsLikeRule": {"value": "x"}}}}, "expression": {"ref": "c"}}}],
             "clients": [{"name": "clients/c"}]}
            """);
        imported.State.Flags.ShouldBeEmpty();
        imported.Findings.ShouldContain(f => f.Path == "segments.s.targeting.criteria.c" && f.Reason.Contains("has no rule that is known"));
        imported.Findings.ShouldContain(f => f.Path == "flags[0] f");
    }

    private static void LeftOut(FlagSource source, string content, string path, string reason)
    {
        var imported = Imports.Read(source, content);
        imported.State.Flags.ShouldBeEmpty();
        imported.Findings.ShouldContain(f => f.Effect == Effect.LeftOut && f.Path == path && f.Reason.Contains(reason), string.Join("\n", imported.Findings));
    }
}
