using System.Globalization;
using System.Text.Json;
using Busker.Kernel;

namespace Busker.Learning.Trees;

/// <summary>
/// Reads an XGBoost JSON model (gbtree or dart). There a row goes left when (float)x &lt; threshold; the threshold is moved to the
/// largest double that rounds to a smaller float, so predictions are the same for any double.
/// </summary>
public static class XgboostModel
{
    /// <summary>Refuses text that is no such model, and boosters or objectives that cannot be said here.</summary>
    public static Result<TreeModel> Read(string json)
    {
        try
        {
            // Nodes with a set of categories have the threshold NaN, which is not JSON.
            using var document = JsonDocument.Parse(json.Replace(",NaN", ",null", StringComparison.Ordinal).Replace("[NaN", "[null", StringComparison.Ordinal));
            return Read(document.RootElement);
        }
        catch (Exception broken) when (broken is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            return Bad("this is not an XGBoost JSON model");
        }
    }

    private static Result<TreeModel> Read(JsonElement root)
    {
        var learner = root.GetProperty("learner");
        var booster = learner.GetProperty("gradient_booster");
        var name = booster.GetProperty("name").GetString();
        if (name is not ("gbtree" or "dart")) return Bad($"booster {name} is not supported; gbtree and dart are");
        double[]? drops = name == "dart" ? [.. booster.GetProperty("weight_drop").EnumerateArray().Select(w => w.GetDouble())] : null;
        if (name == "dart") booster = booster.GetProperty("gbtree");
        var objective = learner.GetProperty("objective").GetProperty("name").GetString()!;
        Link? link = objective switch
        {
            "binary:logistic" or "reg:logistic" => Link.Logistic,
            "reg:squarederror" or "reg:squaredlogerror" or "reg:pseudohubererror" or "reg:absoluteerror" => Link.Identity,
            "binary:logitraw" or "rank:ndcg" or "rank:pairwise" or "rank:map" => Link.Identity,
            "count:poisson" or "reg:gamma" or "reg:tweedie" => Link.Exponential,
            _ => null,
        };
        if (link is null) return Bad($"objective {objective} is not supported");
        var parameters = learner.GetProperty("learner_model_param");
        var scores = Numbers(parameters.GetProperty("base_score"));
        if (scores.Length != 1) return Bad($"the XGBoost model has {scores.Length} base scores; one score is supported");
        var score = scores[0];
        var baseScore = link switch { Link.Logistic => Math.Log(score / (1 - score)), Link.Exponential => Math.Log(score), _ => score };
        string[] names = learner.TryGetProperty("feature_names", out var given) && given.GetArrayLength() > 0
            ? [.. given.EnumerateArray().Select(n => n.GetString()!)]
            : [.. Enumerable.Range(0, (int)Numbers(parameters.GetProperty("num_feature"))[0]).Select(f => $"f{f}")];
        var trees = new List<Tree>();
        foreach (var tree in booster.GetProperty("model").GetProperty("trees").EnumerateArray())
        {
            trees.Add(ReadTree(tree, drops is null ? 1 : drops[trees.Count]));
        }

        return new TreeModel(names, baseScore, link.Value, trees);
    }

    private static Tree ReadTree(JsonElement tree, double weight)
    {
        double[] Numbers(string field) => [.. tree.GetProperty(field).EnumerateArray().Select(Value)];
        var (left, right, feature, condition) = (Numbers("left_children"), Numbers("right_children"), Numbers("split_indices"), Numbers("split_conditions"));
        var (missingLeft, cover, gain) = (Numbers("default_left"), Numbers("sum_hessian"), Numbers("loss_changes"));
        var arrays = new TreeArrays(left.Length);
        for (var n = 0; n < arrays.Nodes; n++)
        {
            arrays.Cover[n] = cover[n];
            if (left[n] < 0)
            {
                arrays.Value[n] = weight * (float)condition[n];
                continue;
            }

            (arrays.Left[n], arrays.Right[n], arrays.Feature[n]) = ((int)left[n], (int)right[n], (int)feature[n]);
            arrays.Threshold[n] = LargestBelow((float)condition[n]);
            arrays.Traits[n] = missingLeft[n] > 0 ? NodeTraits.MissingLeft : NodeTraits.None;
            arrays.Gain[n] = gain[n];
        }

        if (tree.TryGetProperty("categories_nodes", out var categorical) && categorical.GetArrayLength() > 0)
        {
            var (segments, sizes, codes) = (Numbers("categories_segments"), Numbers("categories_sizes"), Numbers("categories"));
            foreach (var (node, i) in Numbers("categories_nodes").Select((node, i) => ((int)node, i)))
            {
                Turn(arrays, node, [.. codes.Skip((int)segments[i]).Take((int)sizes[i]).Select(c => (int)c).Order()]);
            }
        }

        return arrays.ToTree();
    }

    private static double Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => 1,
        JsonValueKind.False => 0,
        JsonValueKind.Null => double.NaN,
        _ => value.GetDouble(),
    };

    /// <summary>There a set names who goes right, and a category outside goes left: the children change places.</summary>
    private static void Turn(TreeArrays arrays, int node, int[] right)
    {
        (arrays.Left[node], arrays.Right[node]) = (arrays.Right[node], arrays.Left[node]);
        (arrays.Categories[node], arrays.Threshold[node]) = (right, 0);
        arrays.Traits[node] = (arrays.Traits[node] ^ NodeTraits.MissingLeft) | NodeTraits.Categorical;
    }

    /// <summary>The largest double x with (float)x &lt; threshold; halves round to the even float.</summary>
    internal static double LargestBelow(float threshold)
    {
        var middle = ((double)MathF.BitDecrement(threshold) + threshold) / 2;
        return (float)middle < threshold ? middle : Math.BitDecrement(middle);
    }

    /// <summary>Plain or as text, alone or (from the third version on) in a list.</summary>
    private static double[] Numbers(JsonElement given) => given.ValueKind switch
    {
        JsonValueKind.Array => [.. given.EnumerateArray().SelectMany(Numbers)],
        JsonValueKind.Number => [given.GetDouble()],
        _ => [.. given.GetString()!.Trim('[', ']').Split(',').Select(n => double.Parse(n, CultureInfo.InvariantCulture))],
    };

    private static Fault Bad(string message) => new(Code.InvalidArgument, "LEARNING_BAD_MODEL", message);
}
