using System.Text;
using Busker.Experiments.V1;
using Busker.Flags.Conditions;
using Busker.Flags.Resolving;

namespace Busker.Flags.Explaining;

/// <summary>Collects the steps of one explained resolve.</summary>
internal sealed class TraceWriter
{
    private readonly Stack<List<TraceStep>> _open = new([[]]);

    public IReadOnlyList<TraceStep> Steps => _open.Peek();

    public void Enter() => _open.Push([]);

    public void Leave(string text, Truth truth) => Close(text, truth switch
    {
        Truth.True => TraceStep.Types.Outcome.True,
        Truth.False => TraceStep.Types.Outcome.False,
        _ => TraceStep.Types.Outcome.Unknown,
    });

    public void LeaveRule(CompiledRule rule, RuleStep step, CompiledAssignment? assignment, Evaluation e)
    {
        var outcome = step switch
        {
            RuleStep.Assigned => TraceStep.Types.Outcome.Assigned,
            RuleStep.UnitError => TraceStep.Types.Outcome.Error,
            _ => TraceStep.Types.Outcome.Skipped,
        };
        var trace = Close($"rule {rule.Name}: {Words(rule, step, assignment, e)}", outcome);
        if (e.HasUnit && !rule.IsFull && rule.Source.Enabled && step != RuleStep.UnitError) trace.Bucket = rule.Bucketing.Of(e.UnitBytes);
    }

    public static string Text(Trace trace)
    {
        var text = new StringBuilder();
        var answer = trace.Resolution;
        text.Append(answer.Flag).Append(": ").Append(answer.Reason).Append(answer.Variant.Length > 0 ? $", variant {answer.Variant}" : ", the caller's default");
        if (answer.Rule.Length > 0) text.Append($", by rule {answer.Rule}");
        text.Append($" (state version {trace.StateVersion})\n");
        if (answer.Error.Length > 0) text.Append($"  {answer.Error}\n");
        foreach (var step in trace.Steps) Append(text, step, 1);
        return text.ToString();
    }

    private static void Append(StringBuilder text, TraceStep step, int depth)
    {
        text.Append(' ', depth * 2).Append(step.Outcome switch
        {
            TraceStep.Types.Outcome.True => "✓ ",
            TraceStep.Types.Outcome.False => "✗ ",
            TraceStep.Types.Outcome.Unknown => "? ",
            TraceStep.Types.Outcome.Assigned => "→ ",
            TraceStep.Types.Outcome.Error => "! ",
            _ => "· ",
        });
        text.Append(step.Text).Append('\n');
        foreach (var inner in step.Steps) Append(text, inner, depth + 1);
    }

    private TraceStep Close(string text, TraceStep.Types.Outcome outcome)
    {
        var step = new TraceStep { Text = text, Outcome = outcome };
        step.Steps.AddRange(_open.Pop());
        _open.Peek().Add(step);
        return step;
    }

    private static string Words(CompiledRule rule, RuleStep step, CompiledAssignment? assignment, Evaluation e)
    {
        if (!rule.Source.Enabled) return "disabled";
        if (rule.Environments != 0 && (rule.Environments & e.Caller.Environments) == 0)
        {
            return $"only for {string.Join(", ", rule.Source.Environments)}";
        }

        if (step == RuleStep.UnitError) return $"{rule.Selector} is {rule.Selector.Read(e.Context)}, which is no unit";
        if (!e.HasUnit && rule.NeedsUnit) return $"{rule.Selector} is missing";
        var sticky = rule.Source.Materialization is { Read.Length: > 0 } spec && e.HasUnit ? $"; {Record(spec.Read, e)}" : "";
        if (step == RuleStep.Next) return $"does not assign{sticky}";
        var how = rule.IsFull ? "to everyone in it" : $"by bucket {(e.HasUnit ? rule.Bucketing.Of(e.UnitBytes) : 0)} of {rule.Bucketing.Buckets}";
        return $"assigns {Outcome(assignment!)} {how}{sticky}";
    }

    private static string Record(string materialization, Evaluation e)
    {
        StickyRecord? record = null;
        var member = e.Sticky?.Membership(e.UnitString, materialization, out record) ?? Truth.Unknown;
        return member switch
        {
            Truth.True => $"kept in {materialization} as {string.Join(", ", record!.Variants.Select(v => $"{v.Key}={v.Value}"))}",
            Truth.False => $"not kept in {materialization}",
            _ => $"{materialization} must be read for {e.UnitString}",
        };
    }

    private static string Outcome(CompiledAssignment assignment) => assignment.Source.OutcomeCase switch
    {
        Assignment.OutcomeOneofCase.Variant => $"variant {assignment.Source.Variant}",
        Assignment.OutcomeOneofCase.Fallthrough => "a fallthrough",
        Assignment.OutcomeOneofCase.ServerDefault => "the server-side default",
        _ => "the caller's default",
    };
}
