using Busker.Experiments.V1;

namespace Busker.Flags.Tests;

/// <summary>Sticky assignments: a unit keeps what it was given, and a resolve waits for what it must read.</summary>
public sealed class StickyTests
{
    // Rule "test" splits people in Sweden 50:50 and remembers them in "m"; rule "rest" gives everyone else c.
    private static FlagBook Book(string spec, string targeting = """{"criterion": {"attribute": "country", "oneOf": {"values": [{"string": "SE"}]}}}""") => States.Book(States.Json("""
        {"account": "test", "lists": [{"name": "vips", "remote": {}}], "flags": [
          {"name": "f", "state": "ACTIVE", "schema": {"scalar": "STRING"}, "variants": [{"name": "a", "value": "A"}, {"name": "b", "value": "B"}, {"name": "c", "value": "C"}],
           "rules": [{"name": "test", "enabled": true, "targeting": TARGETING, "materialization": SPEC,
               "assignment": {"bucketCount": 2, "assignments": [{"id": "0", "ranges": [{"upper": 1}], "variant": "a"}, {"id": "1", "ranges": [{"lower": 1, "upper": 2}], "variant": "b"}]}},
             {"name": "rest", "enabled": true, "everyone": true, "assignment": {"bucketCount": 1, "assignments": [{"id": "all", "ranges": [{"upper": 1}], "variant": "c"}]}}]},
          {"name": "plain", "state": "ACTIVE", "schema": {"scalar": "BOOL"}, "variants": [{"name": "on", "value": true}],
           "rules": [{"name": "all", "enabled": true, "everyone": true, "assignment": {"bucketCount": 1, "assignments": [{"id": "all", "ranges": [{"upper": 1}], "variant": "on"}]}}]}]}
        """.Replace("TARGETING", targeting).Replace("SPEC", spec)));

    private const string Both = """{"read": "m", "write": "m"}""";

    private static EvaluationContext In(string country) => new EvaluationContext("u1").Set("country", country);

    private static StickyRecord Record(bool member, string? variant = null)
    {
        var record = new StickyRecord { Unit = "u1", Materialization = "m", Member = member };
        if (variant is not null) record.Variants["f/test"] = variant;
        return record;
    }

    private static Batch Resumed(FlagBook book, EvaluationContext context, params StickyRecord[] records)
    {
        var batch = book.Begin(null, context, book.Operator());
        batch.Resume(records);
        return batch;
    }

    [Fact]
    public void A_resolve_suspends_until_its_records_are_read_and_other_flags_have_their_answer()
    {
        var book = Book(Both);
        var batch = book.Begin(null, In("SE"), book.Operator());
        batch.Answers.Select(a => a.Reason).ShouldBe([Reason.Suspended, Reason.Match]);
        batch.Needed.ShouldBe([new StickyRead { Unit = "u1", Materialization = "m", Rule = "f/test" }]);
        batch.Writes.ShouldBeEmpty();
        batch.Resume([Record(false)]);
        batch.Needed.ShouldBeEmpty();
        batch.Answers.Select(a => a.Reason).ShouldBe([Reason.Match, Reason.Match]);
    }

    [Fact]
    public void A_new_assignment_is_written_and_a_kept_one_is_not_written_again()
    {
        var book = Book(Both);
        var first = Resumed(book, In("SE"), Record(false));
        var given = first.Answers[0].Variant!.Name;
        first.Writes.ShouldBe([new StickyWrite { Unit = "u1", Materialization = "m", Rule = "f/test", Variant = given }]);
        var other = given == "a" ? "b" : "a";
        var kept = Resumed(book, In("SE"), Record(true, other));
        kept.Answers[0].Variant!.Name.ShouldBe(other); // not what its bucket says
        kept.Writes.ShouldBeEmpty();
    }

    [Fact]
    public void A_kept_unit_that_leaves_the_audience_leaves_unless_targeting_is_ignored()
    {
        Resumed(Book(Both), In("DE"), Record(true, "a")).Answers[0].Variant!.Name.ShouldBe("c");
        Resumed(Book("""{"read": "m", "write": "m", "ignoreTargeting": true}"""), In("DE"), Record(true, "a")).Answers[0].Variant!.Name.ShouldBe("a");
    }

    [Theory] // intake is paused: only who is already in stays in
    [InlineData("SE", false, null, "c")]
    [InlineData("SE", true, "a", "a")]
    [InlineData("SE", true, "b", "b")]
    [InlineData("DE", true, "a", "c")]
    public void Paused_intake_keeps_members_and_takes_nobody_new(string country, bool member, string? variant, string expected)
    {
        var batch = Resumed(Book("""{"read": "m", "write": "m", "mustMatch": true}"""), In(country), Record(member, variant));
        batch.Answers[0].Variant!.Name.ShouldBe(expected);
        batch.Writes.ShouldBeEmpty();
    }

    [Fact]
    public void A_member_without_a_variant_for_the_rule_is_assigned_by_its_bucket_and_written()
    {
        var book = Book(Both);
        var bucketed = Resumed(book, In("SE"), Record(false)).Answers[0].Variant!.Name;
        var batch = Resumed(book, In("SE"), Record(true));
        batch.Answers[0].Variant!.Name.ShouldBe(bucketed);
        batch.Writes.Count.ShouldBe(1);
        // the shipped engine asks per rule: without a variant the unit is no member
        var paused = States.Book(Book("""{"read": "m", "mustMatch": true}""").State, new(ShippedEngine: true));
        Resumed(paused, In("SE"), Record(true)).Answers[0].Variant!.Name.ShouldBe("c");
    }

    [Fact]
    public void A_variant_that_is_gone_is_given_anew() =>
        Resumed(Book(Both), In("SE"), Record(true, "removed")).Answers[0].Variant!.Name.ShouldBeOneOf("a", "b");

    [Fact]
    public void Without_a_unit_nothing_is_read()
    {
        var book = Book(Both);
        var batch = book.Begin(["f"], new EvaluationContext().Set("country", "SE"), book.Operator());
        batch.Needed.ShouldBeEmpty();
        batch.Answers[0].Variant!.Name.ShouldBe("c");
    }

    [Fact]
    public void A_remote_list_suspends_only_where_its_answer_matters()
    {
        var book = Book("""{}""", """{"any": {"expressions": [{"criterion": {"attribute": "country", "oneOf": {"values": [{"string": "SE"}]}}}, {"list": "vips"}]}}""");
        book.Begin(["f"], In("SE"), book.Operator()).Needed.ShouldBeEmpty();
        var batch = book.Begin(["f"], In("DE"), book.Operator());
        batch.Needed.ShouldBe([new StickyRead { Unit = "u1", Materialization = "vips" }]);
        batch.Resume([new StickyRecord { Unit = "u1", Materialization = "vips", Member = true }]);
        batch.Answers[0].Rule!.Name.ShouldBe("test");
    }

    [Fact]
    public void Without_a_store_nothing_suspends() =>
        Book(Both).Begin(null, In("SE"), Book(Both).Operator(), StickyMemory.NoStore).Answers[0].Reason.ShouldBe(Reason.Match);
}
