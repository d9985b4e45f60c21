using Busker.Simulator.Core;

namespace Busker.Simulator.Town;

/// <summary>When people listen: on the way to work and in the evening, later and more at the weekend. Day 0 is a Monday.</summary>
public static class Rhythm
{
    public const int DaySeconds = 86_400;

    private static readonly double[] Workday = [1, .6, .4, .3, .4, 1, 3, 6, 7, 5, 4.5, 4.5, 5, 4.5, 4.5, 5, 6, 8, 8, 7, 6.5, 6, 4, 2];
    private static readonly double[] Weekend = [3, 2, 1.2, .7, .4, .4, .7, 1.5, 3, 4.5, 5.5, 6, 6, 6, 6, 6, 6, 6.5, 7, 7, 7, 7, 6, 4.5];
    private static readonly double[] Days = [.95, .95, .97, 1, 1.15, 1.12, .9];
    private static readonly Popularity WorkdayHours = Popularity.Of(Workday), WeekendHours = Popularity.Of(Weekend);

    public static bool IsWeekend(int day) => day % 7 >= 5;

    /// <summary>How much is heard on a day, relative to the mean of a week.</summary>
    public static double DayWeight(int day) => Days[day % 7];

    /// <summary>A moment of the day, in seconds since Monday 00:00.</summary>
    public static long Moment(int day, ref Draw draw) =>
        ((long)day * DaySeconds) + ((IsWeekend(day) ? WeekendHours : WorkdayHours).Next(ref draw) * 3600L) + draw.Below(3600);
}
