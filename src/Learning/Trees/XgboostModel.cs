using System.Globalization;
using System.Text.Json;
using Busker.Kernel;

namespace Busker.Learning.Trees;

/// <summary>
/// Reads an XGBoost JSON model (gbtree). There a row goes left when (float)x &lt; threshold; the threshold is moved to the
/// largest double that rounds to a smaller float, so predictions are the same for any double.
/// </summary>
public static class XgboostModel
{
    /// <summary>Refuses text that is no such model, and boosters or objectives that cannot be said here.</summary>
    public static Result<TreeModel> Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return Read(document.RootElement);
        }
        catch (Exception broken) when (broken is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return Bad("this is not an XGBoost JSON model");
        }
    }

    private static Result<TreeModel> Read(JsonElement root)
    {
        var learner = root.GetProperty("learner");
        var booster = learner.GetProperty("gradient_booster");
        if (booster.GetProperty("name").GetString() != "gbtree") return Bad($"booster {booster.GetProperty("name")} is not supported; gbtree is");
        var objective = learner.GetProperty("objective").GetProperty("name").GetString()!;
        Link? link = objective switch
        {
            "binary:logistic" => Link.Logistic,
            "reg:squarederror" or "binary:logitraw" or "rank:ndcg" or "rank:pairwise" => Link.Identity,
            "count:poisson" => Link.Exponential,
            _ => null,
        };
        if (link is null) return Bad($"objective {objective} is not supported");
        var parameters = learner.GetProperty("learner_model_param");
        var score = Number(parameters.GetProperty("base_score"));
        var baseScore = link switch { Link.Logistic => Math.Log(score / (1 - score)), Link.Exponential => Math.Log(score), _ => score };
        string[] names = learner.TryGetProperty("feature_names", out var given) && given.GetArrayLength() > 0
            ? [.. given.EnumerateArray().Select(n => n.GetString()!)]
            : [.. Enumerable.Range(0, (int)Number(parameters.GetProperty("num_feature"))).Select(f => $"f{f}")];
        var trees = new List<Tree>();
        foreach (var tree in booster.GetProperty("model").GetProperty("trees").EnumerateArray())
        {
            if (tree.TryGetProperty("categories_nodes", out var categorical) && categorical.GetArrayLength() > 0) return Bad("categorical splits of XGBoost are not supported");
            trees.Add(ReadTree(tree));
        }

        return new TreeModel(names, baseScore, link.Value, trees);
    }

    private static Tree ReadTree(JsonElement tree)
    {
        double[] Numbers(string name) => [.. tree.GetProperty(name).EnumerateArray().Select(v => v.ValueKind is JsonValueKind.True ? 1 : v.ValueKind is JsonValueKind.False ? 0 : v.GetDouble())];
        var (left, right, feature, condition) = (Numbers("left_children"), Numbers("right_children"), Numbers("split_indices"), Numbers("split_conditions"));
        var (missingLeft, cover, gain) = (Numbers("default_left"), Numbers("sum_hessian"), Numbers("loss_changes"));
        var arrays = new TreeArrays(left.Length);
        for (var n = 0; n < arrays.Nodes; n++)
        {
            arrays.Cover[n] = cover[n];
            if (left[n] < 0)
            {
                arrays.Value[n] = (float)condition[n];
                continue;
            }

            (arrays.Left[n], arrays.Right[n], arrays.Feature[n]) = ((int)left[n], (int)right[n], (int)feature[n]);
            arrays.Threshold[n] = LargestBelow((float)condition[n]);
            arrays.Traits[n] = missingLeft[n] > 0 ? NodeTraits.MissingLeft : NodeTraits.None;
            arrays.Gain[n] = gain[n];
        }

        return arrays.ToTree();
    }

    /// <summary>The largest double x with (float)x &lt; threshold; halves round to the even float.</summary>
    internal static double LargestBelow(float threshold)
    {
        var middle = ((double)MathF.BitDecrement(threshold) + threshold) / 2;
        return (float)middle < threshold ? middle : Math.BitDecrement(middle);
    }

    private static double Number(JsonElement text) => double.Parse(text.GetString()!.Trim('[', ']'), CultureInfo.InvariantCulture);

    private static Fault Bad(string message) => new(Code.InvalidArgument, "LEARNING_BAD_MODEL", message);
}
