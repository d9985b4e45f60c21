using Busker.Experiments.V1;

namespace Busker.Flags.Tests;

public sealed class ResolveTests
{
    private const string State = """
        {"account": "test", "version": "7", "environments": ["prod", "dev"],
         "segments": [
           {"name": "swedes", "targeting": {"criterion": {"attribute": "country", "oneOf": {"values": [{"string": "SE"}]}}}},
           {"name": "half", "everyone": true, "allocation": {"buckets": 500000, "ranges": {"ranges": [{"upper": 500000}]}}},
           {"name": "swedish-half", "targeting": {"all": {"expressions": [{"segment": "swedes"}, {"segment": "half"}]}}}],
         "flags": [
           {"name": "checkout", "state": "ACTIVE", "defaultVariant": "off",
            "schema": {"struct": {"fields": {"on": {"scalar": "BOOL"}, "text": {"scalar": "STRING"}}}},
            "variants": [{"name": "on", "value": {"on": true, "text": "hi"}}, {"name": "off", "value": {"on": false}}],
            "rules": [
              {"name": "staff", "enabled": true, "kind": "OVERRIDE", "environments": ["dev"], "everyone": true,
               "assignment": {"bucketCount": 1, "assignments": [{"id": "s", "ranges": [{"upper": 1}], "variant": "on"}]}},
              {"name": "holdback", "enabled": true, "segment": "half",
               "assignment": {"bucketCount": 1, "assignments": [{"id": "h", "ranges": [{"upper": 1}], "fallthrough": {}}]}},
              {"name": "test", "enabled": true, "kind": "EXPERIMENT", "segment": "swedes",
               "assignment": {"bucketCount": 100, "assignments": [
                 {"id": "c", "ranges": [{"upper": 50}], "variant": "off"},
                 {"id": "t", "ranges": [{"lower": 50, "upper": 90}], "variant": "on"}]}},
              {"name": "us", "enabled": true, "targeting": {"criterion": {"attribute": "country", "oneOf": {"values": [{"string": "US"}]}}},
               "assignment": {"bucketCount": 1, "assignments": [{"id": "u", "ranges": [{"upper": 1}], "clientDefault": {}}]}}]},
           {"name": "gone", "state": "ARCHIVED", "schema": {"scalar": "BOOL"}},
           {"name": "asleep", "state": "DISABLED", "schema": {"scalar": "BOOL"}},
           {"name": "child", "state": "ACTIVE", "schema": {"scalar": "INT"}, "variants": [{"name": "one", "value": 1}],
            "prerequisites": [{"flag": "checkout", "variants": ["on"]}],
            "rules": [{"name": "all", "enabled": true, "everyone": true,
              "assignment": {"bucketCount": 1, "assignments": [{"id": "x", "ranges": [{"upper": 1}], "variant": "one"}]}}]}]}
        """;

    private readonly FlagBook _book = States.Book(States.Json(State));

    private Answer Resolve(string flag, string unit, string? country = null, params string[] environments)
    {
        var context = new EvaluationContext(unit);
        if (country is not null) context.Set("country", country);
        return _book.Resolve(flag, context, _book.Operator(environments));
    }

    [Fact]
    public void The_first_rule_that_assigns_wins()
    {
        Resolve("checkout", "user1", null, "dev").Rule!.Name.ShouldBe("staff");
        Resolve("checkout", "user1", null, "prod").Rule.ShouldBeNull();
    }

    [Fact]
    public void An_answer_tells_when_only_the_unit_was_missing()
    {
        Answer Without(string flag, string country) => _book.Resolve(flag, new EvaluationContext().Set("country", country), _book.Operator());
        Without("checkout", "SE").LacksUnit.ShouldBeTrue();
        Without("child", "SE").LacksUnit.ShouldBeFalse("its own prerequisite decided");
        Resolve("checkout", "user1").LacksUnit.ShouldBeFalse();
    }

    [Fact]
    public void A_flag_without_rules_is_answered_without_looking_at_the_context()
    {
        var book = States.Book(States.Json("""{"account": "a", "flags": [{"name": "f", "state": "ACTIVE", "schema": {"scalar": "INT"}, "defaultVariant": "one", "variants": [{"name": "one", "value": 1}]}]}"""));
        var answer = book.Resolve("f", new EvaluationContext(), book.Operator());
        (answer.Reason, answer.Variant!.Name).ShouldBe((Reason.NoMatch, "one"));
        book.Explain("f", new EvaluationContext(), book.Operator()).Resolution.Variant.ShouldBe("one");
    }

    [Fact]
    public void No_rule_means_the_server_side_default_with_schema_nulls()
    {
        var answer = Resolve("checkout", "user1");
        answer.Reason.ShouldBe(Reason.NoMatch);
        answer.Variant!.Name.ShouldBe("off");
        answer.Value!.StructValue.Fields["text"].HasNullValue.ShouldBeTrue();
    }

    [Fact]
    public void A_client_default_is_a_match_without_a_value()
    {
        var answer = Resolve("checkout", "user1", "US");
        (answer.Reason, answer.Variant, answer.Rule!.Name).ShouldBe((Reason.Match, null, "us"));
    }

    [Fact]
    public void The_split_is_salted_by_the_segment_and_gaps_go_on_to_the_next_rule()
    {
        // The salt of rule "test" is its segment, so the bucket is that of "swedes|<unit>".
        for (var i = 0; i < 300; i++)
        {
            var bucket = Hashing.Bucketing.Salted("swedes", 100).Of(System.Text.Encoding.UTF8.GetBytes($"u{i}"));
            var answer = Resolve("checkout", $"u{i}", "SE");
            answer.Assignment?.Id.ShouldBe(bucket < 50 ? "c" : "t");
            (answer.Assignment is null).ShouldBe(bucket >= 90);
        }
    }

    [Fact]
    public void Fallthroughs_are_recorded_and_the_search_goes_on()
    {
        var answer = Resolve("checkout", "user1", "US"); // account bucket 352472: in the lower half
        answer.Fallthroughs!.Rule.Name.ShouldBe("holdback");
        answer.ShouldApply.ShouldBeTrue();
        var upper = Enumerable.Range(0, 100).Select(i => $"u{i}").First(u => _book.AccountBuckets.Of(System.Text.Encoding.UTF8.GetBytes(u)) >= 500_000);
        Resolve("checkout", upper, "US").Fallthroughs.ShouldBeNull();
    }

    [Fact]
    public void Archived_and_unknown_flags_do_not_exist_and_disabled_ones_say_so()
    {
        Resolve("gone", "u").Reason.ShouldBe(Reason.FlagNotFound);
        Resolve("never", "u").Reason.ShouldBe(Reason.FlagNotFound);
        Resolve("asleep", "u").Reason.ShouldBe(Reason.Disabled);
    }

    [Fact]
    public void A_prerequisite_that_does_not_hold_gives_the_default()
    {
        Resolve("child", "u", null, "dev").Value!.NumberValue.ShouldBe(1);
        Resolve("child", "u", null, "prod").Reason.ShouldBe(Reason.Prerequisite);
    }

    [Theory]
    [InlineData("""{"targeting_key": true}""")]
    [InlineData("""{"targeting_key": 1.5}""")]
    [InlineData("""{"targeting_key": []}""")]
    public void A_unit_that_is_no_unit_is_an_error_of_that_flag(string context)
    {
        var parsed = ContextJson.Parse(context).Value;
        _book.Resolve("checkout", parsed.Set("country", "SE"), _book.Operator()).Reason.ShouldBe(Reason.TargetingKeyError);
    }

    [Fact]
    public void A_whole_number_is_a_unit_and_101_bytes_are_not()
    {
        var number = _book.Resolve("checkout", new EvaluationContext().Set("targeting_key", 42).Set("country", "SE"), _book.Operator());
        number.Assignment?.Id.ShouldBe(Resolve("checkout", "42", "SE").Assignment?.Id);
        Resolve("checkout", new string('x', 100), "SE").Reason.ShouldNotBe(Reason.TargetingKeyError);
        Resolve("checkout", new string('x', 99) + "å", "SE").Reason.ShouldBe(Reason.TargetingKeyError);
    }

    [Fact]
    public void Resolving_allocates_nothing()
    {
        var context = new EvaluationContext("user1").Set("country", "SE").Set("plan", "free");
        var caller = _book.Operator("prod");
        var answers = new Answer[_book.Flags.Count];
        for (var i = 0; i < 100; i++) _book.ResolveAll(context, caller, answers);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            _book.Resolve("checkout", context, caller);
            _book.ResolveAll(context, caller, answers);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void The_trace_shows_each_rule_each_value_and_each_bucket()
    {
        var text = FlagBook.Text(_book.Explain("checkout", new EvaluationContext("user1").Set("country", "SE"), _book.Operator("prod")));
        text.ShouldContain("rule staff: only for dev");
        text.ShouldContain("segment half, bucket 352472 of 1000000 is in its allocation");
        text.ShouldContain("country is \"SE\"; it is \"SE\"");
        text.ShouldContain("rule holdback: assigns a fallthrough");
    }
}
