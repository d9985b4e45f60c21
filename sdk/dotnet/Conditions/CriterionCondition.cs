using Busker.Flags.Resolving;

namespace Busker.Flags.Conditions;

/// <summary>A compiled predicate over one value. Null and missing reach it only if it says so.</summary>
internal abstract class Predicate
{
    /// <summary>Sees the attribute as it is: absent, or a whole list.</summary>
    public virtual bool TakesWhole => false;

    public abstract bool Test(in AttributeValue value, Evaluation e);
}

/// <summary>How a list attribute meets the predicate.</summary>
internal enum ListMode
{
    /// <summary>Some element.</summary>
    Some,
    Every,
    /// <summary>A list is just a value.</summary>
    Whole,
}

/// <param name="text">The inner predicate is about strings: then a missing attribute fails `every`.</param>
internal sealed class CriterionCondition(AttributePath path, Predicate predicate, ListMode mode, bool text, bool shipped, Experiments.V1.Criterion source) : Condition
{
    private readonly bool _isNow = path.Path == EvaluationContext.Now;
    private readonly bool _takesWhole = predicate.TakesWhole && mode != ListMode.Every;

    protected override Truth Decide(Evaluation e)
    {
        var value = Read(e);
        return Matches(value, e) ? Truth.True : Truth.False;
    }

    protected override string Describe(Evaluation e) => $"{path} {State.PredicateWords.Of(source)}; it is {Read(e)}";

    private AttributeValue Read(Evaluation e) => _isNow ? AttributeValue.Of(e.NowUs / 1e6) : path.Read(e.Context);

    private bool Matches(in AttributeValue value, Evaluation e)
    {
        if (_takesWhole) return predicate.Test(value, e);
        if (value.Kind != AttributeKind.List || mode == ListMode.Whole) return MatchesOne(value, e);
        foreach (ref readonly var element in value.List)
        {
            if (predicate.Test(element, e) != (mode == ListMode.Every)) return mode != ListMode.Every;
        }

        return mode == ListMode.Every;
    }

    // A missing attribute is the empty list to `every`, unless the inner predicate is about strings.
    private bool MatchesOne(in AttributeValue value, Evaluation e) =>
        value.IsAbsent && mode == ListMode.Every ? !text && !shipped : predicate.Test(value, e);
}

internal sealed class PresencePredicate(Experiments.V1.Presence presence) : Predicate
{
    public override bool TakesWhole => true;

    public override bool Test(in AttributeValue value, Evaluation e) => presence switch
    {
        Experiments.V1.Presence.Set => !value.IsAbsent,
        Experiments.V1.Presence.NullOrMissing => value.IsAbsent,
        Experiments.V1.Presence.Null => value.Kind == AttributeKind.Null,
        _ => value.Kind == AttributeKind.Missing,
    };
}

internal sealed class NeverPredicate : Predicate
{
    public override bool Test(in AttributeValue value, Evaluation e) => false;
}

internal sealed class SizePredicate(uint atLeast, uint atMost) : Predicate
{
    public override bool TakesWhole => true;

    public override bool Test(in AttributeValue value, Evaluation e) =>
        value.Kind == AttributeKind.List && value.List.Length >= atLeast && value.List.Length <= atMost;
}

internal sealed class KindPredicate(Experiments.V1.Kinds.Types.Kind[] kinds) : Predicate
{
    public override bool TakesWhole => true;

    // The contract's kinds are in the order of AttributeKind, which has Missing before Null.
    public override bool Test(in AttributeValue value, Evaluation e) =>
        !value.IsAbsent && Array.IndexOf(kinds, (Experiments.V1.Kinds.Types.Kind)(value.Kind - 1)) >= 0;
}

/// <summary>Shipped-engine mode: a range with neither end.</summary>
internal sealed class PassPredicate : Predicate
{
    public override bool Test(in AttributeValue value, Evaluation e) => true;
}
