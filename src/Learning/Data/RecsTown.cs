using Busker.Learning.Evaluate;
using Busker.Learning.Numbers;
using Busker.Learning.Recommend;

namespace Busker.Learning.Data;

/// <summary>
/// A seeded town of listeners with the statistics of music logs: creators of Zipf popularity in scenes of genres, items that come out
/// over time, listeners with a few scenes each that drift by the week, sessions within one scene, repeated plays, noisy
/// tags, friends of like taste, and items so new that next to nobody has heard them.
/// </summary>
public sealed record RecsTown(int Users = 1800, int Creators = 560, int Days = 180, ulong Seed = 1)
{
    private const int Genres = 12, ScenesPerGenre = 4, Scenes = Genres * ScenesPerGenre, NoiseTags = 30;
    private const double Zipf = 1.1;

    /// <summary>Plays of one session, on average.</summary>
    public double SessionLength { get; init; } = 7;

    /// <summary>Sessions of the median listener.</summary>
    public double Sessions { get; init; } = 11;

    private sealed record Item(int Creator, int Scene, double Weight, double Released);

    /// <summary>Makes the town: the same record makes the same town, bit for bit.</summary>
    public RecsSet Make()
    {
        var rng = new Rng(Seed);
        var items = MakeItems(rng.Fork(1));
        var shelves = Enumerable.Range(0, Scenes).Select(s => new Shelf(items, s)).ToArray();
        var tastes = new int[Users][];
        var plays = new List<(int User, int Item, double Day)>();
        for (var u = 0; u < Users; u++) tastes[u] = Listen(u, items, shelves, rng.Fork(1000 + (ulong)u), plays);
        plays.Sort((a, b) => a.Day != b.Day ? a.Day.CompareTo(b.Day) : a.User != b.User ? a.User.CompareTo(b.User) : a.Item.CompareTo(b.Item));
        var timed = new TimedPlays([.. plays.Select(p => p.User)], [.. plays.Select(p => p.Item)], [.. plays.Select(p => p.Day)]);
        var all = Interactions.From(Users, items.Length, timed.User, timed.Item);
        var (known, test) = Splits.Random(all, 0.2, rng.Fork(2));
        var (train, validation) = Splits.Random(known, 0.125, rng.Fork(3));
        return new RecsSet("town", train, validation, test)
        {
            UserIds = [.. Enumerable.Range(0, Users)],
            ItemIds = [.. Enumerable.Range(0, items.Length)],
            Folds = Splits.Folds(Users, 5, rng.Fork(4)),
            Held = Splits.Random(all, 0.2, rng.Fork(5)).Held,
            Contents = Tags(items, rng.Fork(6)),
            Friends = Befriend(tastes, rng.Fork(7)),
            Creators = [.. items.Select(i => i.Creator)],
            Plays = timed,
        };
    }

    private Item[] MakeItems(Rng rng)
    {
        var items = new List<Item>();
        var ranks = Enumerable.Range(0, Creators).ToArray();
        rng.Shuffle<int>(ranks);
        for (var c = 0; c < Creators; c++)
        {
            var scene = rng.NextInt(Scenes);
            var count = 2 + rng.NextPoisson(3);
            var fame = Math.Pow(1 + ranks[c], -Zipf);
            var started = rng.NextBool(0.75) ? -1000 : Days * rng.NextDouble();
            for (var k = 0; k < count; k++)
            {
                var released = k == 0 || rng.NextBool(0.7) ? started : Math.Max(started, Days * rng.NextDouble());
                items.Add(new Item(c, scene, fame * Math.Pow(1 + k, -0.8) * Math.Exp(0.4 * rng.NextGaussian()), released));
            }
        }

        return [.. items];
    }

    /// <summary>The items of a scene with their running weights.</summary>
    private sealed class Shelf
    {
        private readonly int[] _items;
        private readonly double[] _running;

        public Shelf(Item[] items, int scene)
        {
            _items = [.. Enumerable.Range(0, items.Length).Where(i => items[i].Scene == scene)];
            _running = new double[_items.Length];
            var sum = 0.0;
            for (var k = 0; k < _items.Length; k++) _running[k] = sum += items[_items[k]].Weight;
        }

        public int Draw(Rng rng)
        {
            if (_items.Length == 0) return -1;
            var at = Array.BinarySearch(_running, rng.NextDouble() * _running[^1]);
            return _items[Math.Min(_items.Length - 1, at < 0 ? ~at : at)];
        }
    }

    /// <summary>Returns the listener's scenes at the end.</summary>
    private int[] Listen(int user, Item[] items, Shelf[] shelves, Rng rng, List<(int, int, double)> plays)
    {
        var home = rng.NextInt(Genres);
        int Scene() => rng.NextBool(0.6) ? home * ScenesPerGenre + rng.NextInt(ScenesPerGenre) : rng.NextInt(Scenes);
        int[] scenes = [Scene(), Scene(), Scene()];
        var sessions = 3 + rng.NextPoisson(Sessions * Math.Exp(0.7 * rng.NextGaussian()));
        var days = Enumerable.Range(0, sessions).Select(_ => Days * rng.NextDouble()).Order().ToArray();
        var mine = new List<int>();
        var week = 0;
        foreach (var day in days)
        {
            for (; week < (int)(day / 7); week++) if (rng.NextBool(0.04)) scenes[rng.NextInt(3)] = Scene();
            var scene = rng.NextBool(0.93) ? scenes[Math.Min(rng.NextInt(3), rng.NextInt(3))] : rng.NextInt(Scenes);
            var length = 1 + rng.NextPoisson(SessionLength - 1);
            for (var k = 0; k < length; k++)
            {
                var item = mine.Count > 0 && rng.NextBool(0.3) ? mine[rng.NextInt(mine.Count)] : shelves[scene].Draw(rng);
                if (item < 0 || items[item].Released > day) continue;
                mine.Add(item);
                plays.Add((user, item, day + k / 500.0));
            }
        }

        if (mine.Count == 0)
        {
            var first = Array.FindIndex(items, i => i.Released < 0);
            plays.Add((user, first, days[0]));
        }

        return scenes;
    }

    private static Interactions Tags(Item[] items, Rng rng)
    {
        var (item, tag, count) = (new List<int>(), new List<int>(), new List<float>());
        void Add(int i, int t, int n)
        {
            item.Add(i);
            tag.Add(t);
            count.Add(n);
        }

        for (var i = 0; i < items.Length; i++)
        {
            Add(i, items[i].Scene, 1 + rng.NextPoisson(6));
            if (rng.NextBool(0.8)) Add(i, Scenes + items[i].Scene / ScenesPerGenre, 1 + rng.NextPoisson(4));
            if (rng.NextBool(0.25)) Add(i, rng.NextInt(Scenes), 1);
            Add(i, Scenes + Genres + rng.NextInt(NoiseTags), 1 + rng.NextPoisson(1));
        }

        return Interactions.From(items.Length, Scenes + Genres + NoiseTags, item.ToArray(), tag.ToArray(), count.ToArray());
    }

    /// <summary>Each listener knows two others, mostly of the same first scene.</summary>
    private static (int A, int B)[] Befriend(int[][] tastes, Rng rng)
    {
        var like = Enumerable.Range(0, tastes.Length).ToLookup(u => tastes[u][0]);
        var pairs = new SortedSet<(int A, int B)>();
        for (var u = 0; u < tastes.Length; u++)
        {
            for (var k = 0; k < 2; k++)
            {
                var circle = like[tastes[u][0]].ToArray();
                var other = rng.NextBool(0.7) ? circle[rng.NextInt(circle.Length)] : rng.NextInt(tastes.Length);
                if (other != u) pairs.Add((Math.Min(u, other), Math.Max(u, other)));
            }
        }

        return [.. pairs];
    }
}
