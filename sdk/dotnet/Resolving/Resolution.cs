using Busker.Experiments.V1;
using Google.Protobuf.WellKnownTypes;

namespace Busker.Flags;

/// <summary>The answer for one flag. A struct over compiled parts: getting one allocates nothing.</summary>
public readonly struct Answer
{
    internal Answer(CompiledFlag? flag, Reason reason, CompiledVariant? variant, CompiledRule? rule = null,
        CompiledAssignment? assignment = null, AttributeValue unit = default, FallthroughChain? fallthroughs = null, bool lacksUnit = false)
    {
        (Flag, Reason, Variant, Rule) = (flag, reason, variant, rule);
        (Assignment, UnitValue, Fallthroughs, LacksUnit) = (assignment, unit, fallthroughs, lacksUnit);
    }

    public CompiledFlag? Flag { get; }

    public Reason Reason { get; }

    /// <summary>Null: the caller's own default.</summary>
    public CompiledVariant? Variant { get; }

    public CompiledRule? Rule { get; }

    public CompiledAssignment? Assignment { get; }

    public FallthroughChain? Fallthroughs { get; }

    public Value? Value => Variant?.Value;

    /// <summary>The unit that was randomised; empty if there was none.</summary>
    public string Unit => Resolving.UnitText.Of(UnitValue);

    /// <summary>Seeing this answer is an exposure.</summary>
    public bool ShouldApply => Reason == Reason.Match || Fallthroughs is not null;

    /// <summary>No rule assigned, and at least one did not only because the context has no unit.</summary>
    public bool LacksUnit { get; }

    internal AttributeValue UnitValue { get; }

    /// <summary>The wire form, with evidence.</summary>
    public Resolution ToMessage(EvaluationContext context)
    {
        var message = new Resolution
        {
            Flag = Flag?.Name ?? "", Reason = Reason, Variant = Variant?.Name ?? "", Value = Variant?.Value,
            Rule = Rule?.Name ?? "", Assignment = Assignment?.Id ?? "", Unit = Unit, ShouldApply = ShouldApply,
        };
        message.Fallthroughs.AddRange(FallthroughMessages(context));
        return message;
    }

    internal IEnumerable<Fallthrough> FallthroughMessages(EvaluationContext context)
    {
        var list = new List<Fallthrough>();
        for (var link = Fallthroughs; link is not null; link = link.Previous)
        {
            list.Add(new() { Rule = link.Rule.Name, Assignment = link.Assignment.Id, Unit = Resolving.UnitText.Select(link.Rule, context) });
        }

        list.Reverse();
        return list;
    }
}
