using Busker.Kernel;
using Busker.Learning.Data;
using Busker.Learning.Evaluate;

namespace Busker.Learning.Recs;

/// <summary>A heard item and what it adds to the score of another, in the blend's units.</summary>
public sealed record Because(int Item, float Share);

/// <summary>An item for a listener, by the ids of the source. <paramref name="Because"/>: the heard items, largest share first.</summary>
public sealed record Pick(int Item, float Score, Because[] Because);

/// <summary>What a saved model proposes to one listener.</summary>
/// <param name="Heard">Items of the history that the model knows.</param>
/// <param name="Unknown">Items of the history that it does not know; they are left out.</param>
public sealed record Picks(Pick[] Items, int Heard, int Unknown)
{
    /// <summary>The listener's rows of the data, whatever their part of the split. Refuses a listener who is not there.</summary>
    public static Result<(int[] Items, float[] Plays)> History(RecsSet set, int user)
    {
        var at = Array.BinarySearch(set.UserIds, user);
        if (at < 0) return new Fault(Code.NotFound, "LEARNING_NOT_THERE", $"the data have no listener {user}");
        var all = set.All;
        return (Array.ConvertAll(all.ItemsOf(at).ToArray(), i => set.ItemIds[i]), all.WeightsOf(at).ToArray());
    }

    /// <summary>The best items that were not heard, or one item when it is named. Refuses a history of which the model knows nothing, and an unknown item.</summary>
    /// <param name="heard">Ids of the source, each once, with plays beside.</param>
    public static Result<Picks> For(RecsModel model, int[] heard, float[] plays, int count, int? item = null)
    {
        var known = Enumerable.Range(0, heard.Length).Select(h => (At: Array.BinarySearch(model.ItemIds, heard[h]), Plays: plays[h])).Where(h => h.At >= 0).OrderBy(h => h.At).ToArray();
        if (known.Length == 0) return new Fault(Code.NotFound, "LEARNING_NOT_THERE", $"the model knows none of the {heard.Length} items heard; it was trained on other items");
        var (history, weights, scores) = (Array.ConvertAll(known, h => h.At), Array.ConvertAll(known, h => h.Plays), new float[model.Items]);
        model.Score(history, weights, scores);
        int[] best;
        if (item is { } named)
        {
            best = [Array.BinarySearch(model.ItemIds, named)];
            if (best[0] < 0) return new Fault(Code.NotFound, "LEARNING_NOT_THERE", $"the model knows no item {named}");
        }
        else
        {
            var open = (float[])scores.Clone();
            foreach (var h in history) open[h] = float.NegativeInfinity;
            best = new int[Math.Min(count, model.Items - history.Length)];
            best = best[..TopK.Select(open, best)];
        }

        return new Picks([.. best.Select(i => new Pick(model.ItemIds[i], scores[i], Reasons(model, i, history, weights)))], history.Length, heard.Length - history.Length);
    }

    private static Because[] Reasons(RecsModel model, int item, int[] history, float[] weights)
    {
        var shares = model.Explain(item, history, weights).Shares;
        return [.. history.Select((h, k) => new Because(model.ItemIds[h], shares[k])).OrderByDescending(b => b.Share).ThenBy(b => b.Item)];
    }
}
