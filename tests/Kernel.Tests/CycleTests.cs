using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace Busker.Kernel.Tests;

public sealed class CycleTests
{
    private static readonly string[] Zones =
    [
        "UTC", "Europe/Stockholm", "America/New_York", "America/Sao_Paulo", "Asia/Kolkata", "Australia/Lord_Howe",
        "Pacific/Apia", "America/Havana", "Asia/Beirut", "Pacific/Kiritimati", "Africa/Cairo",
    ];

    private static DateTimeOffset Utc(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    [Theory] // the anchor's day returns whenever the month has it
    [InlineData("2026-01-31", CycleUnit.Month, 1, "2026-02-28")]
    [InlineData("2026-01-31", CycleUnit.Month, 2, "2026-03-31")]
    [InlineData("2026-01-31", CycleUnit.Month, 3, "2026-04-30")]
    [InlineData("2028-01-31", CycleUnit.Month, 1, "2028-02-29")]
    [InlineData("2028-01-31", CycleUnit.Month, 2, "2028-03-31")]
    [InlineData("2026-01-30", CycleUnit.Month, 1, "2026-02-28")]
    [InlineData("2026-01-30", CycleUnit.Month, 2, "2026-03-30")]
    [InlineData("2026-03-31", CycleUnit.Month, -1, "2026-02-28")]
    [InlineData("2026-12-15", CycleUnit.Month, 1, "2027-01-15")]
    [InlineData("2024-02-29", CycleUnit.Year, 1, "2025-02-28")]
    [InlineData("2024-02-29", CycleUnit.Year, 4, "2028-02-29")]
    [InlineData("2026-03-02", CycleUnit.Week, 3, "2026-03-23")]
    [InlineData("2026-02-28", CycleUnit.Day, 1, "2026-03-01")]
    public void Boundaries_count_from_the_anchor(string anchor, CycleUnit unit, int n, string expected) =>
        new Cycle(unit, 1, Utc(anchor + "Z")).Number(n).Start.ShouldBe(Utc(expected + "Z"));

    [Fact]
    public void A_year_of_months_from_the_31st_never_drifts()
    {
        var cycle = new Cycle(CycleUnit.Month, 1, Utc("2026-01-31T10:15:00Z"));
        Enumerable.Range(0, 13).Select(n => cycle.Number(n).Start.Day).ShouldBe([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31]);
    }

    [Fact]
    public void Ten_february_lies_in_the_period_from_31_january() =>
        new Cycle(CycleUnit.Month, 1, Utc("2026-01-31Z")).At(Utc("2026-02-10Z")).Period
            .ShouldBe(new Period(Utc("2026-01-31Z"), Utc("2026-02-28Z")));

    [Fact]
    public void The_day_clocks_spring_forward_has_23_hours_and_the_day_they_fall_back_25()
    {
        var days = Cycle.Calendar(CycleUnit.Day, 1, "Europe/Stockholm");
        days.At(Utc("2026-03-29T12:00Z")).Period.ShouldBe(new Period(Utc("2026-03-28T23:00Z"), Utc("2026-03-29T22:00Z")));
        days.At(Utc("2026-10-25T12:00Z")).Period.Length.ShouldBe(TimeSpan.FromHours(25));
    }

    [Fact]
    public void A_boundary_the_clocks_skip_falls_on_the_first_instant_after()
    {
        // Daily at 02:30 in Stockholm; on 29 March 2026 the clocks go from 02:00 to 03:00, which is 01:00 UTC.
        var cycle = new Cycle(CycleUnit.Day, 1, Utc("2026-03-27T01:30Z"), "Europe/Stockholm");
        Enumerable.Range(0, 4).Select(n => cycle.Number(n).Start).ShouldBe(
            [Utc("2026-03-27T01:30Z"), Utc("2026-03-28T01:30Z"), Utc("2026-03-29T01:00Z"), Utc("2026-03-30T00:30Z")]);
    }

    [Fact]
    public void A_boundary_the_clocks_show_twice_is_the_first_of_the_two()
    {
        // Daily at 02:30; on 25 October 2026 02:30 comes at 00:30 and again at 01:30 UTC.
        var cycle = new Cycle(CycleUnit.Day, 1, Utc("2026-10-24T00:30Z"), "Europe/Stockholm");
        cycle.Number(1).ShouldBe(new Period(Utc("2026-10-25T00:30Z"), Utc("2026-10-26T01:30Z")));
    }

    [Fact]
    public void An_anchor_in_the_second_of_two_equal_hours_is_still_the_start()
    {
        var cycle = new Cycle(CycleUnit.Day, 1, Utc("2026-10-25T01:30Z"), "Europe/Stockholm");
        cycle.At(Utc("2026-10-25T01:30Z")).ShouldBe((0L, new Period(Utc("2026-10-25T01:30Z"), Utc("2026-10-26T01:30Z"))));
    }

    [Fact]
    public void Where_midnight_does_not_exist_the_day_starts_at_its_first_instant() =>
        Cycle.Calendar(CycleUnit.Day, 1, "America/Havana").At(Utc("2026-03-08T12:00Z")).Period.Start
            .ShouldBe(Utc("2026-03-08T05:00Z")); // 00:00 became 01:00

    [Fact]
    public void The_hour_shown_twice_is_two_periods()
    {
        var hours = Cycle.Calendar(CycleUnit.Hour, 1, "Europe/Stockholm");
        hours.At(Utc("2026-10-25T00:30Z")).Period.End.ShouldBe(Utc("2026-10-25T01:00Z"));
        hours.At(Utc("2026-10-25T01:30Z")).Period.Length.ShouldBe(TimeSpan.FromHours(1));
    }

    [Fact]
    public void A_date_a_zone_left_out_has_an_empty_period_in_which_nothing_lies()
    {
        var days = new Cycle(CycleUnit.Day, 1, Utc("2011-12-29T10:00Z"), "Pacific/Apia"); // 30 December 2011 never was
        days.Number(1).IsEmpty.ShouldBeTrue();
        var (number, period) = days.At(days.Number(1).Start);
        (number, period.IsEmpty).ShouldBe((2L, false));
    }

    [Fact]
    public void Weeks_start_on_monday() =>
        Cycle.Calendar(CycleUnit.Week, 1, "UTC").At(Utc("2026-11-21T03:00Z")).Period.Start.ShouldBe(Utc("2026-11-16Z"));

    [Fact]
    public void Every_instant_lies_in_exactly_one_period_and_periods_touch() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Cases().ToArbitrary(), c =>
        {
            var cycle = new Cycle(c.Unit, c.Every, c.Anchor, c.Zone);
            var (n, period) = cycle.At(c.Instant);
            period.Contains(c.Instant).ShouldBeTrue();
            cycle.Number(n).ShouldBe(period);
            cycle.Number(n - 1).End.ShouldBe(period.Start);
            cycle.Number(n + 1).Start.ShouldBe(period.End);
            cycle.Number(0).Start.ShouldBe(c.Anchor);
            cycle.Next(c.Instant).ShouldBe(period.End);
        }));

    [Fact]
    public void Months_keep_the_anchors_day_or_end_with_the_month() =>
        Check.QuickThrowOnFailure(Prop.ForAll(
            Gen.Choose(0, 365 * 8).ToArbitrary(), Gen.Choose(-200, 200).ToArbitrary(),
            (days, n) =>
            {
                var anchor = Utc("2020-01-01T09:00Z").AddDays(days);
                var start = new Cycle(CycleUnit.Month, 1, anchor).Number(n).Start;
                start.Day.ShouldBe(Math.Min(anchor.Day, DateTime.DaysInMonth(start.Year, start.Month)));
                (((start.Year - anchor.Year) * 12) + start.Month - anchor.Month).ShouldBe(n);
            }));

    [Fact]
    public void An_unknown_zone_or_a_step_of_nothing_is_refused()
    {
        Cycle.IsZone("Europe/Stockholm").ShouldBeTrue();
        Cycle.IsZone("Europe/Gotham").ShouldBeFalse();
        Should.Throw<InvariantException>(() => new Cycle(CycleUnit.Day, 1, Utc("2026-01-01Z"), "Europe/Gotham"));
        Should.Throw<InvariantException>(() => new Cycle(CycleUnit.Day, 0, Utc("2026-01-01Z")));
    }

    private sealed record Case(CycleUnit Unit, int Every, DateTimeOffset Anchor, string Zone, DateTimeOffset Instant);

    private static Gen<Case> Cases() =>
        from unit in Gen.Elements(Enum.GetValues<CycleUnit>())
        from every in Gen.Choose(1, 7)
        from anchor in Instants()
        from zone in Gen.Elements(Zones)
        from instant in Instants()
        select new Case(unit, every, anchor, zone, instant);

    /// <summary>Whole minutes of 2005 to 2035, so that clock changes and leap days are among them.</summary>
    private static Gen<DateTimeOffset> Instants() =>
        Gen.Choose(0, 30 * 366 * 24 * 60).Select(m => Utc("2005-01-01Z").AddMinutes(m));
}
