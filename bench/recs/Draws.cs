using System.Globalization;
using Busker.Learning.Algebra;
using Busker.Learning.Data;
using Busker.Learning.Evaluate;
using Busker.Learning.Numbers;
using Busker.Learning.Recommend;

namespace Busker.Bench.Recs;

/// <summary>
/// What validation parts drawn in different ways from the training pairs of one set say of one setting, beside what its test says: how far
/// a choice made on them can be believed.
/// </summary>
internal sealed class Draws(string folder, Lanes lanes, BenchResult result)
{
    private const int Listeners = 5000;
    private static readonly Rng Seed = new(77);

    public void Run(string name)
    {
        var read = RecsFolder.Read(Path.Combine(folder, name));
        if (read.Fault is { } fault)
        {
            Console.Error.WriteLine(fault.Message);
            return;
        }

        var (set, all) = (read.Value, read.Value.TrainAndValidation.Binary());
        var popularity = all.Popularity();
        var rng = Seed.Fork(1);
        double[] drift = [.. popularity.Select(_ => Math.Clamp(1 + 0.4 * rng.NextGaussian(), 0.2, 2.2))];
        var most = popularity.Order().ElementAt(popularity.Length * 99 / 100);
        Judge(name, "a random twentieth", Held(all, 0.05, (_, _, r) => r));
        Judge(name, "a random tenth", Held(all, 0.1, (_, _, r) => r));
        Judge(name, "a random fifth", Held(all, 0.2, (_, _, r) => r));
        Judge(name, "a fifth; shares drift by item", Held(all, 0.2, (_, i, r) => Math.Pow(r, 1 / drift[i])));
        Judge(name, "a fifth; more of the head", Held(all, 0.2, (_, i, r) => Math.Pow(r, popularity[i] >= most ? 1 / 1.3 : 1)));
        Judge(name, "a fifth; half of it heard together", Held(all, 0.2, Together(all)));
        Judge(name, "the test", (all, set.Test.Binary()));
    }

    /// <summary>Holds out each listener's pairs with the highest keys; <paramref name="key"/> of (user, item, uniform draw).</summary>
    private static (Interactions Known, Interactions Held) Held(Interactions all, double share, Func<int, int, double, double> key)
    {
        var held = new HashSet<long>();
        for (var u = 0; u < all.Users; u++)
        {
            var rng = Seed.Fork((ulong)u + 2);
            var items = all.ItemsOf(u).ToArray();
            var user = u;
            double[] keys = [.. items.Select(i => -key(user, i, rng.NextDouble()))];
            Array.Sort(keys, items);
            foreach (var i in items.Take(Math.Min(items.Length - 1, (int)Math.Round(share * items.Length)))) held.Add((long)u * all.Items + i);
        }

        return (all.Where((u, i) => !held.Contains((long)u * all.Items + i)), all.Where((u, i) => held.Contains((long)u * all.Items + i)));
    }

    /// <summary>Every other pair keyed by how near its item is to one of the listener's own, in the factors of a small model.</summary>
    private Func<int, int, double, double> Together(Interactions all)
    {
        const int D = 32;
        var factors = Ials.Train(all, new IalsSettings(D, 0.01f, 0.003f, Epochs: 6), 9, lanes).ItemFactors;
        for (var i = 0; i < all.Items; i++)
        {
            var row = factors.AsSpan(i * D, D);
            var length = MathF.Sqrt(Vectors.Dot(row, row) + 1e-20f);
            foreach (ref var x in row) x /= length;
        }

        return (u, i, r) =>
        {
            var centre = all.ItemsOf(u)[Seed.Fork((ulong)u).NextInt(all.Length(u))];
            var near = (1 + Vectors.Dot(factors.AsSpan(centre * D, D), factors.AsSpan(i * D, D))) / 2;
            return r < 0.5 ? near : 2 * r - 1;
        };
    }

    private void Judge(string set, string draw, (Interactions Known, Interactions Held) split)
    {
        int[] users = [.. Enumerable.Range(0, split.Held.Users).Where(u => split.Held.Length(u) > 0)];
        var some = new Rng(2).Sample(users.Length, Listeners).Select(k => users[k]).ToHashSet();
        var check = SplitCheck.Of(split.Known, split.Held);
        double Ndcg(float alpha) => Ranking.Evaluate(
            ItemModel.RandomWalk(split.Known, 300, 0.2f, alpha: alpha, lanes: lanes), split.Known, split.Held.OfUsers(some.Contains), split.Known.Popularity(), lanes).Ndcg20.Mean;
        var (one, less) = (Ndcg(1), Ndcg(0.8f));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{set}: {draw,-36} dispersion {check.Dispersion:0.00}, head {check.Head:0.00}; walk nDCG@20 with α 1 {one:0.0000}, with α 0.8 {less:0.0000} ({100 * (less / one - 1):+0.0;-0.0} %)"));
        result.Add(set, draw, Four(check.Dispersion), Four(check.Head), Four(one), Four(less));
    }

    private static string Four(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
