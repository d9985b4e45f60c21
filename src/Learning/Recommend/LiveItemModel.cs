using Busker.Learning.Numbers;

namespace Busker.Learning.Recommend;

/// <summary>
/// Item neighbours kept up to date event by event: the model is, bit for bit, that of <see cref="ItemModel"/> trained again on everything heard so far. An
/// event marks the rows that it touches (items heard together with the item by anyone) and <see cref="Current"/> computes only
/// those again, so what it costs between two models is their walks.
/// </summary>
public sealed class LiveItemModel
{
    private readonly Recipe _recipe;
    private readonly List<int>[] _byUser, _byItem;
    private readonly (int[] Items, float[] Weights)[] _kept;
    private readonly bool[] _stale;

    /// <param name="Weigh">Of (row, other, sum, listeners of the row, listeners of the other).</param>
    private sealed record Recipe(string Name, int Neighbours, bool Targets, Func<int, float> Step, Func<float, int, int, float> Weigh);

    private LiveItemModel(Interactions data, Recipe recipe)
    {
        if (recipe.Neighbours < 1) throw new ArgumentException($"neighbours is {recipe.Neighbours}; it must be at least 1", nameof(recipe));
        var byItem = data.Transpose();
        _recipe = recipe;
        _byUser = [.. Enumerable.Range(0, data.Users).Select(u => new List<int>(data.ItemsOf(u).ToArray()))];
        _byItem = [.. Enumerable.Range(0, data.Items).Select(i => new List<int>(byItem.ItemsOf(i).ToArray()))];
        _kept = new (int[], float[])[data.Items];
        _stale = new bool[data.Items];
        Array.Fill(_stale, true);
    }

    /// <summary>As <see cref="ItemModel.NearestNeighbours"/>.</summary>
    public static LiveItemModel NearestNeighbours(Interactions data, int neighbours = 200, float exponent = 0.4f, float shrink = 0f) =>
        new(data, new Recipe("item-kNN", neighbours, Targets: true, _ => 1f, (sum, own, other) => sum / (MathF.Pow(own, exponent) * MathF.Pow(other, 1 - exponent) + shrink)));

    /// <summary>As <see cref="ItemModel.RandomWalk"/> with neighbours kept per source.</summary>
    public static LiveItemModel RandomWalk(Interactions data, int neighbours = 200, float beta = 0.4f, float alpha = 1f) =>
        new(data, new Recipe("RP3beta", neighbours, Targets: false, n => Power(n, alpha), (sum, own, other) => sum * Power(other, beta) * Power(own, alpha)));

    private static float Power(int n, float exponent) => n == 0 ? 0f : MathF.Pow(n, -exponent);

    /// <summary>Rows that the next <see cref="Current"/> computes again.</summary>
    public int Stale => _stale.Count(s => s);

    /// <summary>A listener hears an item; false when it was heard before, and nothing changes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A listener or item that the model was not made for.</exception>
    public bool Hear(int user, int item)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)user, (uint)_byUser.Length, nameof(user));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)item, (uint)_byItem.Length, nameof(item));
        var at = _byUser[user].BinarySearch(item);
        if (at >= 0) return false;
        _byUser[user].Insert(~at, item);
        _byItem[item].Insert(~_byItem[item].BinarySearch(user), user);
        foreach (var u in _byItem[item])
            foreach (var i in _byUser[u]) _stale[i] = true;
        return true;
    }

    /// <summary>The model of everything heard so far.</summary>
    public ItemModel Current(Lanes? lanes = null)
    {
        int[] rows = [.. Enumerable.Range(0, _stale.Length).Where(i => _stale[i])];
        using var sums = new ThreadLocal<SparseSums>(() => new SparseSums(_stale.Length));
        (lanes ?? Lanes.One).For(rows.Length, k => _kept[rows[k]] = Row(rows[k], sums.Value!));
        Array.Clear(_stale);
        return _recipe.Targets ? ItemModel.OfTargets(_recipe.Name, _kept.Length, _kept) : ItemModel.OfSources(_recipe.Name, _kept.Length, _kept);
    }

    private (int[] Items, float[] Weights) Row(int item, SparseSums sums)
    {
        foreach (var u in _byItem[item])
        {
            var step = _recipe.Step(_byUser[u].Count);
            foreach (var i in _byUser[u]) sums.Add(i, step);
        }

        return sums.Take(_recipe.Neighbours, false, (other, sum) => other == item ? 0f : _recipe.Weigh(sum, _byItem[item].Count, _byItem[other].Count));
    }
}
