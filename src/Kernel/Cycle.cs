using System.Diagnostics.CodeAnalysis;
using NodaTime;

namespace Busker.Kernel;

/// <summary>What a cycle counts in. Minutes and hours are elapsed time; days and longer are dates in a time zone.</summary>
public enum CycleUnit
{
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

/// <summary>
/// Time cut into numbered periods from an anchor: every hour, each local day, each month from the 31st.
/// <list type="bullet">
/// <item>Boundary n is always anchor + n × step, never the previous boundary plus a step, so 31 January gives 28 (29)
/// February and then 31 March again; 29 February gives 28 February in common years and 29 February in leap years.</item>
/// <item>Days and longer follow the clock on the wall of the zone: a day lasts 23 or 25 hours where clocks change.
/// A boundary that the clocks skip falls on the first instant after the gap; one that they show twice is the first of the two.</item>
/// <item>Minutes and hours are elapsed time and know no clock changes: the hour that is shown twice is two periods.</item>
/// <item>Periods are half-open, touch, and cover all time. A date that a zone left out altogether has an empty period.</item>
/// </list>
/// </summary>
public sealed class Cycle
{
    private readonly DateTimeZone _zone;
    private readonly LocalDateTime _local;
    private readonly Instant _instant;

    /// <param name="unit">what a step counts in</param>
    /// <param name="every">how many units a step takes; at least 1</param>
    /// <param name="anchor">where period 0 starts; its wall time in <paramref name="zone"/> is what later boundaries repeat</param>
    /// <param name="zone">an IANA zone id such as <c>Europe/Stockholm</c>; ignored for minutes and hours</param>
    /// <exception cref="InvariantException">a step below 1, or an unknown zone: check with <see cref="IsZone"/> first</exception>
    public Cycle(CycleUnit unit, int every, DateTimeOffset anchor, string zone = "UTC")
    {
        if (every < 1) throw new InvariantException($"a cycle's step is at least 1, not {every}");
        (Unit, Every, _instant) = (unit, every, Instant.FromDateTimeOffset(anchor));
        _zone = FindZone(zone) ?? throw new InvariantException($"unknown time zone {zone}");
        _local = _instant.InZone(_zone).LocalDateTime;
    }

    public CycleUnit Unit { get; }
    public int Every { get; }
    public string Zone => _zone.Id;

    public static bool IsZone([NotNullWhen(true)] string? zone) => zone is not null && FindZone(zone) is not null;

    /// <summary>Calendar days, weeks (from Monday), months or years of a zone; hours and minutes on the full hour of UTC.</summary>
    public static Cycle Calendar(CycleUnit unit, int every, string zone)
    {
        if (unit is CycleUnit.Minute or CycleUnit.Hour) return new Cycle(unit, every, DateTimeOffset.UnixEpoch, zone);
        var found = FindZone(zone) ?? throw new InvariantException($"unknown time zone {zone}");
        var first = unit == CycleUnit.Week ? new LocalDate(1970, 1, 5) : new LocalDate(1970, 1, 1);
        return new Cycle(unit, every, found.AtStartOfDay(first).ToDateTimeOffset(), zone);
    }

    /// <summary>Period n, which may be negative: before the anchor.</summary>
    public Period Number(long n) => new(Boundary(n).ToDateTimeOffset(), Boundary(n + 1).ToDateTimeOffset());

    /// <summary>The period an instant lies in, and its number.</summary>
    public (long Number, Period Period) At(DateTimeOffset instant)
    {
        var wanted = Instant.FromDateTimeOffset(instant);
        var n = Guess(wanted);
        var start = Boundary(n);
        while (start > wanted) start = Boundary(--n);
        var end = Boundary(n + 1);
        while (end <= wanted) (start, end) = (end, Boundary(++n + 1));
        return (n, new Period(start.ToDateTimeOffset(), end.ToDateTimeOffset()));
    }

    /// <summary>The first boundary after an instant.</summary>
    public DateTimeOffset Next(DateTimeOffset instant) => At(instant).Period.End;

    private Instant Boundary(long n)
    {
        if (n == 0) return _instant; // the anchor itself, also when it is the second of two equal wall times
        var steps = checked(n * Every);
        return Unit switch
        {
            CycleUnit.Minute => _instant.Plus(Duration.FromMinutes(steps)),
            CycleUnit.Hour => _instant.Plus(Duration.FromHours(steps)),
            CycleUnit.Day => Resolve(_local.PlusDays((int)steps)),
            CycleUnit.Week => Resolve(_local.PlusWeeks((int)steps)),
            CycleUnit.Month => Resolve(_local.PlusMonths((int)steps)),
            CycleUnit.Year => Resolve(_local.PlusYears((int)steps)),
            _ => throw new InvariantException($"unknown unit {Unit}"),
        };
    }

    /// <summary>The number of a period at or next to the wanted one; <see cref="At"/> mends the last step.</summary>
    private long Guess(Instant wanted)
    {
        if (Unit is CycleUnit.Minute or CycleUnit.Hour)
        {
            var step = Duration.FromMinutes(Unit == CycleUnit.Hour ? 60L * Every : Every);
            return (long)Math.Floor((wanted - _instant) / step);
        }

        var local = wanted.InZone(_zone).LocalDateTime;
        var months = ((local.Year - _local.Year) * 12) + local.Month - _local.Month;
        var units = Unit switch
        {
            CycleUnit.Day => NodaTime.Period.DaysBetween(_local.Date, local.Date),
            CycleUnit.Week => NodaTime.Period.DaysBetween(_local.Date, local.Date) / 7,
            CycleUnit.Month => months,
            _ => months / 12,
        };
        return units / Every;
    }

    private Instant Resolve(LocalDateTime local)
    {
        var map = _zone.MapLocal(local);
        return map.Count == 0 ? map.LateInterval.Start : map.First().ToInstant();
    }

    private static DateTimeZone? FindZone(string zone) => DateTimeZoneProviders.Tzdb.GetZoneOrNull(zone);
}
