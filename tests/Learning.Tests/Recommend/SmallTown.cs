using Busker.Learning.Numbers;
using Busker.Learning.Recommend;

namespace Busker.Learning.Tests.Recommend;

/// <summary>Seeded listeners with a taste each: items of one of a few genres, popular items first, some noise.</summary>
internal static class SmallTown
{
    public static Interactions Listen(int users = 120, int items = 80, int genres = 4, int each = 15, ulong seed = 7)
    {
        var rng = new Rng(seed);
        var (u, i, w) = (new List<int>(), new List<int>(), new List<float>());
        for (var user = 0; user < users; user++)
        {
            var heard = new HashSet<int>();
            while (heard.Count < each)
            {
                var genre = rng.NextBool(0.85) ? user % genres : rng.NextInt(genres);
                var rank = (int)(items / genres * Math.Pow(rng.NextDouble(), 1.5));
                if (!heard.Add(rank * genres + genre)) continue;
                u.Add(user);
                i.Add(rank * genres + genre);
                w.Add(1 + rng.NextInt(20));
            }
        }

        return Interactions.From(users, items, u.ToArray(), i.ToArray(), w.ToArray());
    }
}
