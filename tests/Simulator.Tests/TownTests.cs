using Busker.Simulator.Town;

namespace Busker.Simulator.Tests;

public sealed class TownTests
{
    private const int Items = 5000;

    private static readonly Play[] Month = new Listening(11, 400, 28).Plays(Listening.Skewed(11, Items));

    [Fact]
    public void The_same_seed_gives_the_same_town_and_another_seed_another()
    {
        new Listening(3, 20, 7).Plays(Listening.Skewed(3, 100)).ShouldBe(new Listening(3, 20, 7).Plays(Listening.Skewed(3, 100)));
        new Listening(4, 20, 7).Plays(Listening.Skewed(4, 100)).ShouldNotBe(new Listening(3, 20, 7).Plays(Listening.Skewed(3, 100)));
    }

    [Fact]
    public void A_history_does_not_depend_on_how_many_others_there_are()
    {
        var alone = new Listening(3, 5, 7).Plays(Listening.Skewed(3, 100));
        var among = new Listening(3, 50, 7).Plays(Listening.Skewed(3, 100));
        among.Where(p => p.Listener < 5).ShouldBe(alone);
    }

    [Fact]
    public void Plays_are_in_the_order_of_time_and_nobody_hears_two_at_once()
    {
        Month.Zip(Month.Skip(1)).ShouldAllBe(p => p.First.At <= p.Second.At);
        foreach (var own in Month.GroupBy(p => p.Listener))
        {
            var plays = own.ToArray();
            for (var i = 1; i < plays.Length; i++) (plays[i - 1].At + plays[i - 1].Seconds).ShouldBeLessThan(plays[i].At);
        }
    }

    [Fact]
    public void Popularity_falls_as_one_over_the_rank()
    {
        var counts = Month.GroupBy(p => p.Item).Select(g => g.Count()).OrderDescending().ToArray();
        var slope = Slope([.. Enumerable.Range(3, 100).Select(r => (Math.Log(r), Math.Log(counts[r - 1])))]);
        slope.ShouldBeInRange(-1.25, -0.75);
        ((double)counts.Take(Items / 100).Sum() / Month.Length).ShouldBeInRange(0.4, 0.6); // the Zipf law says 0.495
    }

    [Fact]
    public void Evenings_beat_nights_and_fridays_beat_mondays()
    {
        int Hours(int from, int to) => Month.Count(p => p.At / Rhythm.DaySeconds % 7 < 5 && p.At / 3600 % 24 >= from && p.At / 3600 % 24 < to);
        int Day(int day) => Month.Count(p => p.At / Rhythm.DaySeconds % 7 == day);
        Hours(17, 20).ShouldBeGreaterThan(5 * Hours(2, 5));
        Hours(7, 9).ShouldBeGreaterThan(Hours(5, 7));
        Day(4).ShouldBeGreaterThan(Day(0));
    }

    [Fact]
    public void Sessions_are_runs_of_plays_and_some_listeners_are_far_keener()
    {
        var follow = Month.GroupBy(p => p.Listener).SelectMany(g => g.Zip(g.Skip(1), (a, b) => b.At - a.At - a.Seconds)).Count(gap => gap == 1);
        ((double)follow / Month.Length).ShouldBeInRange(0.8, 0.95);
        var each = Month.GroupBy(p => p.Listener).Select(g => g.Count()).OrderDescending().ToArray();
        each[each.Length / 20].ShouldBeGreaterThan(2 * each[each.Length / 2]);
        ((double)Month.Count(p => p.Skipped) / Month.Count(p => !p.Audiobook)).ShouldBeInRange(0.2, 0.24);
    }

    private static double Slope((double X, double Y)[] points)
    {
        var (x, y) = (points.Average(p => p.X), points.Average(p => p.Y));
        return points.Sum(p => (p.X - x) * (p.Y - y)) / points.Sum(p => (p.X - x) * (p.X - x));
    }
}
