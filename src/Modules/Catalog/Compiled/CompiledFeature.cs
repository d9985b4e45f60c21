using Busker.Catalog.V1;
using Busker.Kernel;

namespace Busker.Catalog.Compiled;

/// <summary>A feature with its place in every row, able to read values into cells and cells back into values.</summary>
public sealed class CompiledFeature
{
    private readonly string[] _choices;

    internal CompiledFeature(Feature feature, int index)
    {
        (Definition, Index, _choices) = (feature, index, [.. feature.Choices]);
        Fallback = ToCell(feature.Fallback);
    }

    public Feature Definition { get; }
    public int Index { get; }
    public string Key => Definition.Key;
    public Feature.Types.Type Type => Definition.Type;

    /// <summary>What a listener has whose plan says nothing.</summary>
    public Cell Fallback { get; }

    /// <summary>The value as the contract writes it.</summary>
    public Value ToValue(Cell cell) => Type switch
    {
        Feature.Types.Type.Flag => new Value { Flag = cell.IsOn },
        Feature.Types.Type.Choice => new Value { Choice = _choices[cell.Number] },
        Feature.Types.Type.Number => new Value { Number = cell.Number },
        _ => new Value { Cap = ToCap(cell.Cap!) },
    };

    internal Cell ToCell(Value value) => Type switch
    {
        Feature.Types.Type.Flag => new Cell(value.Flag ? 1 : 0),
        Feature.Types.Type.Choice => new Cell(Array.IndexOf(_choices, value.Choice)),
        Feature.Types.Type.Number => new Cell(value.Number),
        Feature.Types.Type.Cap => ToCell(value.Cap),
        _ => throw new InvariantException($"feature {Key} has no type"),
    };

    private static Cell ToCell(Cap cap)
    {
        if (cap.Unlimited) return new Cell(CapRule.Unlimited, CapRule.None);
        var window = new WindowRule(cap.Window.Kind, cap.Window.Unit, Math.Max(1, cap.Window.Every));
        return new Cell(cap.Limit, new CapRule(cap.Limit, window, cap.OnExhausted.Length == 0 ? null : cap.OnExhausted));
    }

    private static Cap ToCap(CapRule rule) => rule.IsUnlimited
        ? new Cap { Unlimited = true }
        : new Cap
        {
            Limit = rule.Limit,
            Window = new Window { Kind = rule.Window.Kind, Unit = rule.Window.Unit, Every = rule.Window.Every },
            OnExhausted = rule.Variant ?? "",
        };
}
