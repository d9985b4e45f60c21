using Busker.Experiments.V1;

namespace Busker.Flags.Tests;

/// <summary>What is wrong with one attribute is no matter of other flags, and answers have one order.</summary>
public sealed class IsolationTests
{
    private static FlagState State(int flags)
    {
        var state = States.Targeting("""{"criterion": {"attribute": "a0", "between": {"lower": {"number": 1}}}}""");
        var model = state.Flags[0];
        state.Flags.Clear();
        for (var i = flags - 1; i >= 0; i--)
        {
            var flag = model.Clone();
            flag.Name = $"f{i}";
            flag.Rules[0].Targeting.Criterion.Attribute = $"a{i}";
            flag.Rules[0].TargetingKeySelector = $"unit{i}";
            flag.Rules[0].Assignment.BucketCount = 2; // half of them: it needs a unit
            state.Flags.Add(flag);
        }

        return state;
    }

    [Theory]
    [InlineData("a3", "\"text\"")]
    [InlineData("a3", "[1, \"text\", null]")]
    [InlineData("a3", "{\"deep\": {}}")]
    [InlineData("a3", "1e308")]
    [InlineData("unit3", "true")]
    [InlineData("unit3", "1.5")]
    [InlineData("unit3", "[\"u\"]")]
    [InlineData("unit3", "\"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789x\"")]
    public void One_bad_attribute_spoils_one_flag_and_never_the_batch(string attribute, string value)
    {
        var book = States.Book(State(8));
        var good = new EvaluationContext();
        for (var i = 0; i < 8; i++) good.Set($"a{i}", 5).Set($"unit{i}", $"u{i}");
        var before = book.Begin(null, good, book.Operator()).Answers.Select(a => (a.Flag!.Name, a.Reason)).ToList();
        good.Set(attribute, ContextJson.Parse($$"""{"x": {{value}}}""").Value.Get("x"));
        var after = book.Begin(null, good, book.Operator()).Answers.Select(a => (a.Flag!.Name, a.Reason)).ToList();
        after.Where(a => a.Name != "f3").ShouldBe(before.Where(a => a.Name != "f3"));
        if (attribute == "unit3") after.Single(a => a.Name == "f3").Reason.ShouldBe(Reason.TargetingKeyError);
    }

    [Fact]
    public void A_failure_within_one_flag_leaves_the_others_their_answers()
    {
        var book = States.Book(State(4), new(ShippedEngine: true)); // where text that is no number fails
        var context = new EvaluationContext().Set("a1", "text").Set("unit1", "u").Set("a2", 5).Set("unit2", "u2");
        var answers = book.Begin(null, context, book.Operator()).Answers;
        answers.Single(a => a.Flag!.Name == "f1").Reason.ShouldBe(Reason.Error);
        answers.Where(a => a.Flag!.Name != "f1").ShouldAllBe(a => a.Reason != Reason.Error);
    }

    [Fact]
    public void Answers_come_in_the_order_of_the_state_whatever_the_order_of_the_question()
    {
        var book = States.Book(State(50));
        var names = book.State.Flags.Select(f => f.Name).ToList();
        var context = new EvaluationContext("u");
        book.Begin(null, context, book.Operator()).Answers.Select(a => a.Flag!.Name).ShouldBe(names);
        book.Begin(names.Order().Concat(names), context, book.Operator()).Answers.Select(a => a.Flag!.Name).ShouldBe(names);
        book.Begin(["f7", "unknown", "f30"], context, book.Operator()).Answers.Select(a => a.Flag!.Name).ShouldBe(["f30", "f7"]);
        var all = new Answer[50];
        book.ResolveAll(context, book.Operator(), all).ShouldBe(50);
        all.Select(a => a.Flag!.Name).ShouldBe(names);
    }

    [Fact]
    public void A_segment_that_contains_itself_and_a_diamond_end()
    {
        var state = States.Json("""
            {"account": "test", "segments": [
               {"name": "loop", "targeting": {"any": {"expressions": [{"segment": "loop"}, {"criterion": {"attribute": "x", "presence": "PRESENCE_SET"}}]}}},
               {"name": "leaf", "everyone": true}, {"name": "left", "targeting": {"segment": "leaf"}},
               {"name": "diamond", "targeting": {"all": {"expressions": [{"segment": "left"}, {"segment": "leaf"}]}}}],
             "flags": [{"name": "loop", "state": "ACTIVE", "schema": {"scalar": "BOOL"}, "variants": [{"name": "on", "value": true}],
                "rules": [{"name": "r", "enabled": true, "segment": "loop", "assignment": {"bucketCount": 1, "assignments": [{"id": "a", "ranges": [{"upper": 1}], "variant": "on"}]}}]},
               {"name": "diamond", "state": "ACTIVE", "schema": {"scalar": "BOOL"}, "variants": [{"name": "on", "value": true}],
                "rules": [{"name": "r", "enabled": true, "segment": "diamond", "assignment": {"bucketCount": 1, "assignments": [{"id": "a", "ranges": [{"upper": 1}], "variant": "on"}]}}]}]}
            """);
        var book = States.Book(state);
        book.Resolve("loop", new EvaluationContext("u").Set("x", 1), book.Operator()).Reason.ShouldBe(Reason.Match);
        book.Resolve("loop", new EvaluationContext("u"), book.Operator()).Reason.ShouldBe(Reason.NoMatch);
        book.Resolve("diamond", new EvaluationContext("u"), book.Operator()).Reason.ShouldBe(Reason.Match);
    }
}
