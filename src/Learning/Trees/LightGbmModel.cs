using System.Globalization;
using Busker.Kernel;

namespace Busker.Learning.Trees;

/// <summary>
/// Reads a LightGBM text model. There a row goes left when x ≤ threshold; the decision type's bits say categorical (1),
/// missing to the left (2) and what is missing (4: zero, 8: NaN; neither: NaN is taken for zero). A category is the value cut to a
/// whole number; NaN is in no set. The margin of a binary model has its sigmoid parameter multiplied in.
/// </summary>
public static class LightGbmModel
{
    /// <summary>Refuses text that is no such model, several trees per round, linear leaves and objectives that cannot be said here.</summary>
    public static Result<TreeModel> Read(string text)
    {
        var lines = text.Split('\n').Select(l => l.TrimEnd('\r')).ToArray();
        if (lines[0] != "tree") return Bad("this is not a LightGBM text model");
        var first = Array.FindIndex(lines, l => l.StartsWith("Tree=", StringComparison.Ordinal));
        var header = Pairs(lines.Take(first < 0 ? lines.Length : first));
        if (!header.TryGetValue("feature_names", out var names)) return Bad("the LightGBM model has no feature_names");
        if (header.GetValueOrDefault("num_tree_per_iteration", "1") is not "1" and var several) return Bad($"the LightGBM model scores several classes ({several} trees per round); one score is supported");
        var objective = header.GetValueOrDefault("objective", "regression").Split(' ');
        if (Meaning(objective) is not var (link, scale)) return Bad($"objective {string.Join(' ', objective)} is not supported");
        var trees = new List<Tree>();
        try
        {
            foreach (var block in Blocks(lines, first))
            {
                var pairs = Pairs(block);
                if (pairs.GetValueOrDefault("is_linear", "0") != "0") return Bad($"tree {trees.Count}: linear leaves are not supported");
                trees.Add(ReadTree(pairs));
            }
        }
        catch (Exception broken) when (broken is KeyNotFoundException or FormatException or IndexOutOfRangeException)
        {
            return Bad($"tree {trees.Count} of the LightGBM model is cut short or altered");
        }

        var announced = header.GetValueOrDefault("tree_sizes", "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
        if (announced > 0 && announced != trees.Count) return Bad($"the LightGBM model announces {announced} trees and holds {trees.Count}");
        if (!header.ContainsKey("average_output")) return new TreeModel(names.Split(' '), 0, link, [.. trees.Select(t => Scaled(t, scale))]);
        // Forests of the second format keep probabilities in their leaves: their average is the prediction.
        var answers = link == Link.Logistic && header.GetValueOrDefault("version") == "v2" && trees.All(t => t.Value.All(v => v is >= 0 and <= 1));
        return new TreeModel(names.Split(' '), 0, answers ? Link.Identity : link, [.. trees.Select(t => Scaled(t, (answers ? 1 : scale) / trees.Count))]);
    }

    /// <summary>The link, and what LightGBM multiplies the sum of the leaves by before it; null when it cannot be said here.</summary>
    private static (Link Link, double Scale)? Meaning(string[] objective) => objective[0] switch
    {
        "binary" => (Link.Logistic, Sigmoid(objective)),
        "cross_entropy" or "xentropy" => (Link.Logistic, 1),
        "regression" or "regression_l1" or "huber" or "fair" or "quantile" or "mape" when !objective.Contains("sqrt") => (Link.Identity, 1),
        "lambdarank" or "rank_xendcg" => (Link.Identity, 1),
        "poisson" or "gamma" or "tweedie" => (Link.Exponential, 1),
        _ => null,
    };

    private static double Sigmoid(string[] objective) =>
        objective.FirstOrDefault(o => o.StartsWith("sigmoid:", StringComparison.Ordinal)) is { } given ? Number(given[8..]) : 1;

    private static double Number(string text) => text switch
    {
        "inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        "nan" or "-nan" => double.NaN,
        _ => double.Parse(text, CultureInfo.InvariantCulture),
    };

    private static Dictionary<string, string> Pairs(IEnumerable<string> lines) =>
        lines.Where(l => l.Length > 0).Select(l => l.Split('=', 2)).GroupBy(p => p[0]).ToDictionary(g => g.Key, g => g.First().ElementAtOrDefault(1) ?? "");

    private static IEnumerable<List<string>> Blocks(string[] lines, int first)
    {
        for (var i = first; i >= 0 && i < lines.Length && lines[i] != "end of trees";)
        {
            var block = new List<string>();
            do block.Add(lines[i++]);
            while (i < lines.Length && !lines[i].StartsWith("Tree=", StringComparison.Ordinal) && lines[i] != "end of trees");
            yield return block;
        }
    }

    private static Tree ReadTree(Dictionary<string, string> pairs)
    {
        double[] Numbers(string key) => pairs.TryGetValue(key, out var text) && text.Length > 0
            ? [.. text.Split(' ').Select(Number)]
            : [];
        var (leafValue, inner) = (Numbers("leaf_value"), (int)double.Parse(pairs["num_leaves"], CultureInfo.InvariantCulture) - 1);
        var (feature, threshold, decision) = (Numbers("split_feature"), Numbers("threshold"), Numbers("decision_type"));
        var (left, right, gain) = (Numbers("left_child"), Numbers("right_child"), Numbers("split_gain"));
        var (leafCount, innerCount) = (Numbers("leaf_count"), Numbers("internal_count"));
        var (bounds, bits) = (Numbers("cat_boundaries"), Numbers("cat_threshold"));
        var arrays = new TreeArrays(2 * inner + 1);
        for (var leaf = 0; leaf <= inner; leaf++)
        {
            arrays.Value[inner + leaf] = leafValue[leaf];
            arrays.Cover[inner + leaf] = leaf < leafCount.Length ? leafCount[leaf] : 1;
        }

        for (var n = 0; n < inner; n++)
        {
            int Child(double child) => child < 0 ? inner + ~(int)child : (int)child;
            (arrays.Left[n], arrays.Right[n], arrays.Feature[n]) = (Child(left[n]), Child(right[n]), (int)feature[n]);
            (arrays.Gain[n], arrays.Cover[n], arrays.Threshold[n]) = (gain[n], innerCount[n], threshold[n]);
            Decide(arrays, n, (int)decision[n], bounds, bits);
        }

        return arrays.ToTree();
    }

    private static void Decide(TreeArrays arrays, int node, int decision, double[] bounds, double[] bits)
    {
        if ((decision & 1) != 0)
        {
            var set = (int)arrays.Threshold[node];
            var codes = new List<int>();
            for (var word = (int)bounds[set]; word < (int)bounds[set + 1]; word++)
            {
                for (var bit = 0; bit < 32; bit++)
                {
                    if (((uint)bits[word] >> bit & 1) != 0) codes.Add((word - (int)bounds[set]) * 32 + bit);
                }
            }

            (arrays.Traits[node], arrays.Categories[node], arrays.Threshold[node]) = (NodeTraits.Categorical | NodeTraits.CutsToZero, [.. codes], 0);
            return;
        }

        var missing = (decision >> 2) & 3;
        var missingLeft = missing == 0 ? arrays.Threshold[node] >= 0 : (decision & 2) != 0;
        arrays.Traits[node] = (missingLeft ? NodeTraits.MissingLeft : 0) | (missing == 1 ? NodeTraits.ZeroIsMissing : 0);
    }

    private static Tree Scaled(Tree tree, double factor)
    {
        for (var n = 0; n < tree.Nodes; n++) tree.Value[n] *= factor;
        return tree;
    }

    private static Fault Bad(string message) => new(Code.InvalidArgument, "LEARNING_BAD_MODEL", message);
}
