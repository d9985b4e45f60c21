namespace Busker.Learning.Recommend;

/// <summary>
/// Who listened to what: a sparse users × items matrix by rows (compressed sparse rows). Items of a row ascend and are
/// distinct. Weights are play counts or 1; memory is 8 bytes a pair and 8 bytes a user.
/// </summary>
public sealed class Interactions
{
    private Interactions(int users, int items, long[] starts, int[] columns, float[] weights) =>
        (Users, Items, Starts, Columns, Weights) = (users, items, starts, columns, weights);

    public int Users { get; }
    public int Items { get; }
    public long Count => Starts[Users];

    /// <summary>Where each user's pairs begin; users + 1 places.</summary>
    public long[] Starts { get; }

    /// <summary>Items of all pairs, user by user, ascending within one.</summary>
    public int[] Columns { get; }

    /// <summary>Weight of each pair, beside <see cref="Columns"/>.</summary>
    public float[] Weights { get; }

    /// <summary>Items of a user, ascending.</summary>
    public ReadOnlySpan<int> ItemsOf(int user) => Columns.AsSpan((int)Starts[user], Length(user));

    /// <summary>Weights of a user's items.</summary>
    public ReadOnlySpan<float> WeightsOf(int user) => Weights.AsSpan((int)Starts[user], Length(user));

    /// <summary>How many items a user has.</summary>
    public int Length(int user) => (int)(Starts[user + 1] - Starts[user]);

    /// <summary>Collects pairs; a pair given twice adds its weights.</summary>
    /// <exception cref="ArgumentException">An index outside the matrix, or a weight that is not finite and positive.</exception>
    public static Interactions From(int users, int items, ReadOnlySpan<int> user, ReadOnlySpan<int> item, ReadOnlySpan<float> weight = default)
    {
        var starts = new long[users + 1];
        for (var p = 0; p < user.Length; p++)
        {
            if ((uint)user[p] >= (uint)users || (uint)item[p] >= (uint)items)
                throw new ArgumentException($"pair {p}: user {user[p]} and item {item[p]} must be below {users} and {items}", nameof(user));
            if (!weight.IsEmpty && !(weight[p] > 0 && float.IsFinite(weight[p])))
                throw new ArgumentException($"pair {p}: weight {weight[p]} is not finite and positive", nameof(weight));
            starts[user[p] + 1]++;
        }

        for (var u = 0; u < users; u++) starts[u + 1] += starts[u];
        var next = starts.AsSpan(0, users).ToArray();
        var columns = new int[user.Length];
        var weights = new float[user.Length];
        for (var p = 0; p < user.Length; p++)
        {
            var at = next[user[p]]++;
            columns[at] = item[p];
            weights[at] = weight.IsEmpty ? 1f : weight[p];
        }

        return Merge(users, items, starts, columns, weights);
    }

    private static Interactions Merge(int users, int items, long[] starts, int[] columns, float[] weights)
    {
        var to = 0;
        var merged = new long[users + 1];
        for (var u = 0; u < users; u++)
        {
            var (from, length) = ((int)starts[u], (int)(starts[u + 1] - starts[u]));
            columns.AsSpan(from, length).Sort(weights.AsSpan(from, length));
            for (var p = from; p < from + length; p++)
            {
                if (to > merged[u] && columns[to - 1] == columns[p]) weights[to - 1] += weights[p];
                else (columns[to], weights[to++]) = (columns[p], weights[p]);
            }

            merged[u + 1] = to;
        }

        return new Interactions(users, items, merged, columns[..to], weights[..to]);
    }

    /// <summary>The pairs of both; a pair in both adds its weights.</summary>
    public static Interactions Union(Interactions a, Interactions b)
    {
        if (a.Users != b.Users || a.Items != b.Items) throw new ArgumentException($"{a.Users} × {a.Items} and {b.Users} × {b.Items} do not fit together", nameof(b));
        var starts = new long[a.Users + 1];
        var columns = new int[a.Columns.Length + b.Columns.Length];
        var weights = new float[columns.Length];
        for (var u = 0; u < a.Users; u++)
        {
            var at = (int)(starts[u + 1] = starts[u] + a.Length(u) + b.Length(u)) - b.Length(u);
            a.ItemsOf(u).CopyTo(columns.AsSpan((int)starts[u]));
            a.WeightsOf(u).CopyTo(weights.AsSpan((int)starts[u]));
            b.ItemsOf(u).CopyTo(columns.AsSpan(at));
            b.WeightsOf(u).CopyTo(weights.AsSpan(at));
        }

        return Merge(a.Users, a.Items, starts, columns, weights);
    }

    /// <summary>The rows of the given users, in that order, as users 0, 1, ….</summary>
    public Interactions Rows(ReadOnlySpan<int> users)
    {
        var starts = new long[users.Length + 1];
        for (var k = 0; k < users.Length; k++) starts[k + 1] = starts[k] + Length(users[k]);
        var (columns, weights) = (new int[starts[^1]], new float[starts[^1]]);
        for (var k = 0; k < users.Length; k++)
        {
            ItemsOf(users[k]).CopyTo(columns.AsSpan((int)starts[k]));
            WeightsOf(users[k]).CopyTo(weights.AsSpan((int)starts[k]));
        }

        return new Interactions(users.Length, Items, starts, columns, weights);
    }

    /// <summary>Only the given items (ascending), renumbered in their order.</summary>
    public Interactions OnItems(int[] kept)
    {
        var some = Where((_, i) => Array.BinarySearch(kept, i) >= 0);
        return new Interactions(Users, kept.Length, some.Starts, Array.ConvertAll(some.Columns, i => Array.BinarySearch(kept, i)), some.Weights);
    }

    /// <summary>Only the rows of the users for whom <paramref name="keep"/> holds; the others are left empty.</summary>
    public Interactions OfUsers(Func<int, bool> keep) => Where((u, _) => keep(u));

    /// <summary>The items × users matrix of the same pairs.</summary>
    public Interactions Transpose()
    {
        var starts = new long[Items + 1];
        foreach (var item in Columns) starts[item + 1]++;
        for (var i = 0; i < Items; i++) starts[i + 1] += starts[i];
        var next = starts.AsSpan(0, Items).ToArray();
        var columns = new int[Columns.Length];
        var weights = new float[Columns.Length];
        for (var u = 0; u < Users; u++)
        {
            for (var p = Starts[u]; p < Starts[u + 1]; p++)
            {
                var at = next[Columns[p]]++;
                (columns[at], weights[at]) = (u, Weights[p]);
            }
        }

        return new Interactions(Items, Users, starts, columns, weights);
    }

    /// <summary>The same pairs, each with the weight <paramref name="map"/> makes of its old one.</summary>
    public Interactions WithWeights(Func<float, float> map) => new(Users, Items, Starts, Columns, Array.ConvertAll(Weights, w => map(w)));

    /// <summary>The same pairs with other weights, in the same order.</summary>
    internal Interactions Replace(float[] weights) => new(Users, Items, Starts, Columns, weights);

    /// <summary>The same pairs without regard to how often: every weight 1.</summary>
    public Interactions Binary() => WithWeights(_ => 1f);

    /// <summary>Number of users of each item.</summary>
    public int[] Popularity()
    {
        var counts = new int[Items];
        foreach (var item in Columns) counts[item]++;
        return counts;
    }

    /// <summary>The pairs (user, item) for which <paramref name="keep"/> holds; users and items keep their numbers.</summary>
    public Interactions Where(Func<int, int, bool> keep)
    {
        var starts = new long[Users + 1];
        var columns = new int[Columns.Length];
        var weights = new float[Columns.Length];
        var to = 0;
        for (var u = 0; u < Users; u++)
        {
            for (var p = Starts[u]; p < Starts[u + 1]; p++)
                if (keep(u, Columns[p])) (columns[to], weights[to++]) = (Columns[p], Weights[p]);
            starts[u + 1] = to;
        }

        return new Interactions(Users, Items, starts, columns[..to], weights[..to]);
    }
}
