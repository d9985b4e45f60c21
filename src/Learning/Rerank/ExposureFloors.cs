using Busker.Learning.Evaluate;
using Busker.Learning.Numbers;

namespace Busker.Learning.Rerank;

/// <summary>Lists with a promise kept: how often each protected item was shown, and what the promise cost.</summary>
/// <param name="Lists">One list of items per listener, best first.</param>
/// <param name="Exposure">Times shown, per item.</param>
/// <param name="Prices">μ: what a showing of the item was worth beyond its score.</param>
/// <param name="Repaired">Placements made one by one after the prices had settled.</param>
/// <param name="Unmet">Protected items below their floor; empty unless the floors exceed the places there are.</param>
public sealed record FlooredLists(int[][] Lists, int[] Exposure, float[] Prices, int Repaired, int[] Unmet);

/// <summary>
/// A guaranteed number of showings for emerging creators at the least loss of relevance: maximise Σ_u Σ_{i∈L_u} s_ui subject to
/// |L_u| = k and exposure_i ≥ floor_i. The dual ranks by s_ui + μ_i; prices rise while a floor is unmet and fall to the
/// lowest that still meets it; of the prices that meet most floors those that keep most relevance are taken, and the last unmet floors are
/// repaired where the exchange costs least. Every floor that can be met is met.
/// </summary>
/// <param name="scores">Fills one listener's scores of all items; −∞ for what must not be shown. Called once per pass.</param>
/// <param name="listeners">Number of lists.</param>
/// <param name="floors">Wanted showings per item; 0 for unprotected.</param>
public sealed class ExposureFloors(Action<int, float[]> scores, int listeners, int[] floors, int k, Lanes? lanes = null)
{
    private readonly Lanes _lanes = lanes ?? Lanes.One;

    /// <param name="passes">Price adjustments; each is one ranking pass over all listeners.</param>
    /// <param name="step">First price step, in units of a score's deviation between listeners.</param>
    public FlooredLists Solve(int passes = 60, float step = 1f)
    {
        var prices = new float[floors.Length];
        var best = (Met: -1, Relevance: 0.0, Prices: prices);
        int[] exposure;
        for (var pass = 0; pass < passes; pass++)
        {
            (_, exposure, var relevance) = Rank(prices);
            var met = 0;
            for (var i = 0; i < floors.Length; i++) if (floors[i] > 0 && exposure[i] >= floors[i]) met++;
            if (met > best.Met || (met == best.Met && relevance > best.Relevance)) best = (met, relevance, [.. prices]);
            var rate = step / MathF.Sqrt(1 + pass);
            for (var i = 0; i < floors.Length; i++)
            {
                if (floors[i] == 0) continue;
                var gap = Math.Clamp((floors[i] - exposure[i]) / (float)floors[i], -1f, 1f);
                prices[i] = MathF.Max(0f, prices[i] + rate * gap);
            }
        }

        (var lists, exposure, _) = Rank(best.Prices);
        var repaired = Repair(lists, exposure);
        var unmet = Enumerable.Range(0, floors.Length).Where(i => exposure[i] < floors[i]).ToArray();
        return new FlooredLists(lists, exposure, best.Prices, repaired, unmet);
    }

    private (int[][] Lists, int[] Exposure, double Relevance) Rank(float[] prices)
    {
        var (lists, relevance) = (new int[listeners][], new double[listeners]);
        var exposure = new int[floors.Length];
        using var buffers = new ThreadLocal<float[]>(() => new float[floors.Length]);
        _lanes.For(listeners, u =>
        {
            var own = buffers.Value!;
            scores(u, own);
            for (var i = 0; i < own.Length; i++) own[i] += prices[i];
            var list = new int[k];
            lists[u] = list[..TopK.Select(own, list)];
            foreach (var i in lists[u])
            {
                Interlocked.Increment(ref exposure[i]);
                relevance[u] += own[i] - prices[i];
            }
        });
        return (lists, exposure, relevance.Sum());
    }

    /// <summary>
    /// Places each missing showing with the listener who loses least, giving up an item that can spare a showing; where no list holds
    /// such an item, along the shortest chain of exchanges that ends at one.
    /// </summary>
    private int Repair(int[][] lists, int[] exposure)
    {
        var missing = Enumerable.Range(0, floors.Length).Where(i => exposure[i] < floors[i]).ToArray();
        if (missing.Length == 0) return 0;
        var offers = Offers(lists, missing);
        var repaired = 0;
        foreach (var item in missing.OrderBy(i => i))
        {
            foreach (var (listener, _) in offers[item])
            {
                if (exposure[item] >= floors[item]) break;
                if (Exchange(lists[listener], item, exposure)) repaired++;
            }
        }

        foreach (var item in missing)
        {
            while (exposure[item] < floors[item] && new ExchangeChain(scores, lists, floors, exposure).Place(item)) repaired++;
        }

        return repaired;
    }

    private static readonly Comparer<(int Listener, float Loss)> ByLoss =
        Comparer<(int Listener, float Loss)>.Create((a, b) => a.Loss != b.Loss ? a.Loss.CompareTo(b.Loss) : a.Listener.CompareTo(b.Listener));

    private Dictionary<int, List<(int Listener, float Loss)>> Offers(int[][] lists, int[] missing)
    {
        var offers = missing.ToDictionary(i => i, _ => new List<(int Listener, float Loss)>());
        var own = new float[floors.Length];
        for (var u = 0; u < listeners; u++)
        {
            if (lists[u].Length == 0) continue;
            scores(u, own);
            var last = own[lists[u][^1]];
            foreach (var i in missing)
                if (float.IsFinite(own[i]) && Array.IndexOf(lists[u], i) < 0) offers[i].Add((u, last - own[i]));
        }

        foreach (var list in offers.Values) list.Sort(ByLoss);
        return offers;
    }

    private bool Exchange(int[] list, int item, int[] exposure)
    {
        if (Array.IndexOf(list, item) >= 0) return false;
        for (var p = list.Length - 1; p >= 0; p--)
        {
            var given = list[p];
            if (floors[given] > 0 && exposure[given] <= floors[given]) continue;
            exposure[given]--;
            exposure[item]++;
            list[p] = item;
            return true;
        }

        return false;
    }
}
