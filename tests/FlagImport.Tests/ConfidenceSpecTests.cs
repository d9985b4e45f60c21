using Busker.Experiments.V1;
using Busker.Flags;

namespace Busker.FlagImport.Tests;

/// <summary>Confidence's own specification, imported and resolved: every answer of its reference, and of its shipped engine.</summary>
public sealed class ConfidenceSpecTests
{
    private static readonly Imported Spec = Imports.Read(FlagSource.Confidence, ConfidenceSpec.State(), new() { Account = "test-account" });
    private static readonly FlagBook Reference = FlagBook.Build(Spec.State, TimeProvider.System).Value;
    private static readonly FlagBook Shipped = FlagBook.Build(Spec.State, TimeProvider.System, new(ShippedEngine: true)).Value;

    public static TheoryData<SpecCase> Cases => [.. ConfidenceSpec.Cases];

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_reference_answers(SpecCase one) => Ask(Reference, one).ShouldBe(Known(one, one.Expected));

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_shipped_engine_answers(SpecCase one) => Ask(Shipped, one).ShouldBe(Known(one, one.Shipped.Length > 0 ? one.Shipped : one.Expected));

    [Fact]
    public void Only_what_has_a_predicate_that_nobody_knows_is_left_out_and_all_of_it_is_reported()
    {
        Spec.Findings.ShouldAllBe(f => f.Effect == Effect.LeftOut);
        Spec.Findings.Select(f => f.Path).Order(StringComparer.Ordinal).ShouldBe([
            "flags[16] unrecognized-rule-flag", "flags[52] any-unrecognized-inner-flag",
            "segments.any-unrecognized-inner.targeting.criteria.c1.anyRule", "segments.unrecognized-rule.targeting.criteria.c1"]);
    }

    private static string Known(SpecCase one, string expected) => one.Flag.Contains("unrecognized", StringComparison.Ordinal) ? "ABSENT" : expected;

    /// <summary>"MATCH on", "NO_SEGMENT_MATCH apply" and so on, after the value was seen to be the variant's.</summary>
    private static string Ask(FlagBook book, SpecCase one)
    {
        var context = ContextJson.Parse(one.Context.TrimStart('-')).Value;
        if (one.Context[0] != '-') context.Set(EvaluationContext.TargetingKey, "user1");
        var sticky = new StickyMemory { AbsentUnlessKnown = true };
        if (one.Sticky.Split(' ') is [var name, var member, ..] words)
        {
            var record = new StickyRecord { Unit = "user1", Materialization = "materializations/" + name, Member = member == "in" };
            if (words.Length > 2) record.Variants[one.Flag + "/rule1"] = words[2];
            sticky.Add(record);
        }

        var answer = book.Resolve(one.Flag, context, book.CallerOf(ConfidenceSpec.Secret(one.Flag)).Value, sticky);
        var variant = answer.Variant?.Name ?? "";
        (answer.Value?.ToString() ?? "").ShouldBe(ConfidenceSpec.ValueOf(variant));
        var reason = answer.Reason switch
        {
            Reason.Match => "MATCH",
            Reason.NoMatch => "NO_SEGMENT_MATCH",
            Reason.TargetingKeyError => "TARGETING_KEY_ERROR",
            Reason.FlagNotFound => "ABSENT",
            _ => "ERROR",
        };
        if (variant.Length > 0) reason += " " + variant;
        return answer.ShouldApply != (answer.Reason == Reason.Match) ? reason + " apply" : reason;
    }
}
