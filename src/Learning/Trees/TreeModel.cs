using Busker.Kernel;
using Busker.Learning.Numbers;

namespace Busker.Learning.Trees;

/// <summary>How a margin becomes a prediction.</summary>
public enum Link
{
    Identity,
    Logistic,
    Exponential,
}

/// <summary>
/// An additive ensemble of trees: margin = <see cref="BaseScore"/> + Σ leaf values, in the order of the trees. Immutable,
/// so it is shared by threads without a lock.
/// </summary>
public sealed class TreeModel
{
    private readonly Lazy<TreePredictor> _predictor;

    /// <param name="features">Names of the columns, in the order of the trees' numbers.</param>
    /// <param name="baseScore">Margin before any tree.</param>
    /// <param name="link">From margins to responses.</param>
    /// <param name="trees">Their leaf values add up.</param>
    public TreeModel(string[] features, double baseScore, Link link, IReadOnlyList<Tree> trees)
    {
        (Features, BaseScore, Link, Trees) = (features, baseScore, link, [.. trees]);
        _predictor = new Lazy<TreePredictor>(() => new TreePredictor(this));
    }

    /// <summary>Column names, in the order of a row.</summary>
    public string[] Features { get; }

    /// <summary>Margin before any tree.</summary>
    public double BaseScore { get; }

    /// <summary>From margins to responses.</summary>
    public Link Link { get; }

    /// <summary>In the order in which they were fitted.</summary>
    public IReadOnlyList<Tree> Trees { get; }

    /// <summary>Of the training rows and labels; empty for models read from elsewhere.</summary>
    public string Fingerprint { get; init; } = "";

    /// <summary>Numbers that travel with the model, such as its validation metrics.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new SortedDictionary<string, double>(StringComparer.Ordinal);

    /// <summary>By categorical column, the words behind its codes 0, 1, …; empty where codes are all that is known.</summary>
    public IReadOnlyDictionary<string, string[]> Words { get; init; } = new SortedDictionary<string, string[]>(StringComparer.Ordinal);

    /// <summary>The flat, allocation-free form, made once.</summary>
    public TreePredictor Predictor => _predictor.Value;

    /// <summary>Margin of one row by the definition, without compilation; the predictor gives the same bits.</summary>
    public double Margin(ReadOnlySpan<double> row)
    {
        var margin = BaseScore;
        foreach (var tree in Trees) margin += tree.Value[tree.LeafOf(row)];
        return margin;
    }

    /// <summary>The response (chance, rate, value) of a margin.</summary>
    public double Respond(double margin) => Link switch
    {
        Link.Logistic => 1 / (1 + Math.Exp(-margin)),
        Link.Exponential => Math.Exp(margin),
        _ => margin,
    };

    /// <summary>The same model with other numbers travelling along.</summary>
    public TreeModel With(IReadOnlyDictionary<string, double> metrics, IReadOnlyDictionary<string, string[]>? words = null) =>
        new(Features, BaseScore, Link, Trees) { Fingerprint = Fingerprint, Metrics = metrics, Words = words ?? Words };

    /// <summary>Margins of a table that has the model's columns by name. Refuses a missing column.</summary>
    public Result<double[]> Margins(Table table, Lanes lanes)
    {
        var chosen = table.Select(Features);
        if (chosen.Fault is { } fault) return fault;
        var margins = new double[table.Rows];
        Predictor.Margins(chosen.Value, margins, lanes);
        return margins;
    }

    /// <summary>Probabilities, means or values according to the link.</summary>
    public Result<double[]> Predict(Table table, Lanes lanes)
    {
        var margins = Margins(table, lanes);
        if (margins.Fault is not null) return margins;
        for (var r = 0; r < margins.Value.Length; r++) margins.Value[r] = Respond(margins.Value[r]);
        return margins;
    }

    /// <summary>Total loss saved per column (gain), number of splits, and cover of the splits, as three arrays by column.</summary>
    public (double[] Gain, double[] Splits, double[] Cover) Importance()
    {
        var (gain, splits, cover) = (new double[Features.Length], new double[Features.Length], new double[Features.Length]);
        foreach (var tree in Trees)
        {
            for (var node = 0; node < tree.Nodes; node++)
            {
                if (tree.IsLeaf(node)) continue;
                gain[tree.Feature[node]] += tree.Gain[node];
                splits[tree.Feature[node]]++;
                cover[tree.Feature[node]] += tree.Cover[node];
            }
        }

        return (gain, splits, cover);
    }
}
