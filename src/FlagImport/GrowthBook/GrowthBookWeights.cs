namespace Busker.FlagImport.GrowthBook;

/// <summary>Weights and coverage as ranges, in the same floating point steps as GrowthBook's client.</summary>
internal static class GrowthBookWeights
{
    public static List<(double From, double To)> Ranges(int variations, Node? coverage, Node? weights)
    {
        var share = coverage is null ? 1 : Math.Clamp(JsNumber.Of(coverage), 0, 1);
        var equal = Enumerable.Repeat(1d / variations, variations).ToList();
        var given = weights is { Kind: NodeKind.List } ? weights.Items.Select(w => JsNumber.Of(w)).ToList() : equal;
        if (given.Count != variations) given = equal;
        var total = given.Aggregate(0d, (sum, w) => w + sum);
        if (total is < 0.99 or > 1.01) given = equal;
        var (ranges, sum) = (new List<(double, double)>(), 0d);
        foreach (var weight in given)
        {
            ranges.Add((sum, sum + share * weight));
            sum += weight;
        }

        return ranges;
    }
}
