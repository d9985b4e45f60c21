using Busker.Simulator.Core;

namespace Busker.Simulator.Town;

/// <summary>What a listener puts on next.</summary>
public delegate int Taste(int listener, ref Draw draw);

/// <summary>
/// Listening histories of a town: sessions by the rhythm of day and week, some listeners far keener than others, plays one
/// after another. The same seed gives the same town, and a listener's history does not depend on how many others there are.
/// </summary>
/// <param name="Days">From a Monday on.</param>
public sealed record Listening(ulong Seed, int Listeners, int Days)
{
    /// <summary>One item in this many is a chapter of an audiobook.</summary>
    public const int AudiobookEvery = 20;

    private const double SessionsADay = 1.4, TracksASession = 9, TrackSeconds = 205, ChapterSeconds = 1500, SkipChance = 0.22;

    public static bool IsAudiobook(int item) => item % AudiobookEvery == AudiobookEvery - 1;

    /// <summary>
    /// Half of what a listener hears is one of few favourites; those, and the rest, follow a Zipf law, so the whole does too.
    /// </summary>
    public static Taste Skewed(ulong seed, int items, double exponent = 1.0, int favourites = 25)
    {
        var popularity = Popularity.Zipf(items, exponent);
        return (int listener, ref Draw draw) =>
        {
            if (draw.Chance(0.5)) return popularity.Next(ref draw);
            var own = Draw.Of(seed, ((ulong)listener << 16) | (ulong)draw.Below(favourites), "favourite");
            return popularity.Next(ref own);
        };
    }

    /// <summary>Everybody's plays, by time.</summary>
    public Play[] Plays(Taste taste)
    {
        var plays = new List<Play>(Listeners * Days * 14);
        for (var listener = 0; listener < Listeners; listener++) Add(plays, listener, taste);
        var sorted = plays.ToArray();
        Array.Sort(sorted, static (a, b) => a.At != b.At ? a.At.CompareTo(b.At) : a.Listener.CompareTo(b.Listener));
        return sorted;
    }

    private void Add(List<Play> plays, int listener, Taste taste)
    {
        var draw = Draw.Of(Seed, (ulong)listener, "listening");
        var keen = draw.LogNormal(SessionsADay, 0.7);
        var free = 0L;
        var starts = new List<long>();
        for (var day = 0; day < Days; day++)
        {
            starts.Clear();
            for (var n = Poisson(keen * Rhythm.DayWeight(day), ref draw); n > 0; n--) starts.Add(Rhythm.Moment(day, ref draw));
            starts.Sort();
            foreach (var start in starts) free = Session(plays, listener, Math.Max(start, free), taste, ref draw);
        }
    }

    private static long Session(List<Play> plays, int listener, long at, Taste taste, ref Draw draw)
    {
        for (var n = 1 + (int)draw.Exponential(TracksASession - 1); n > 0; n--)
        {
            var item = taste(listener, ref draw);
            var book = IsAudiobook(item);
            var skipped = !book && draw.Chance(SkipChance);
            var heard = skipped ? draw.Exponential(18) : draw.LogNormal(book ? ChapterSeconds : TrackSeconds, 0.3);
            var seconds = 1 + (int)heard;
            plays.Add(new Play(at, listener, item, seconds, book, skipped));
            at += seconds + 1;
        }

        return at + 60;
    }

    /// <summary>Poisson by counting exponential gaps; the means here are small.</summary>
    private static int Poisson(double mean, ref Draw draw)
    {
        var n = 0;
        for (var at = draw.Exponential(1); at < mean; at += draw.Exponential(1)) n++;
        return n;
    }
}
