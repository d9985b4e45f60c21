using Busker.Catalog.Compiled;
using Busker.Entitlements.Caps;
using FsCheck;
using FsCheck.Fluent;
using static Busker.Entitlements.Tests.Caps.Books;

namespace Busker.Entitlements.Tests.Caps;

public sealed class CounterTests
{
    private static readonly WindowRule Day = new(Catalog.V1.Window.Types.Kind.Calendar, Catalog.V1.Window.Types.Unit.Day, 1);

    private static DateTimeOffset Utc(int day, int hour) => new(2026, 6, day, hour, 0, 0, TimeSpan.Zero);

    private static Counter At(string zone, Counter? was, DateTimeOffset now, DateTimeOffset since) =>
        Counter.At("time", Day, was, new ListenerClock(zone, default, since), now);

    [Fact]
    public void A_day_turns_at_local_midnight()
    {
        var counter = At("Europe/Stockholm", null, Utc(1, 12), default);
        counter.Span.End.ShouldBe(Utc(1, 22));
        At("Europe/Stockholm", counter with { Used = 5 }, Utc(1, 21), default).Used.ShouldBe(5);
        At("Europe/Stockholm", counter with { Used = 5 }, Utc(1, 22), default).Used.ShouldBe(0);
    }

    [Fact]
    public void Flying_west_lengthens_the_day()
    {
        var used = At("Europe/Stockholm", null, Utc(1, 8), default) with { Used = 5 }; // ends 22:00 UTC
        var inNewYork = At("America/New_York", used, Utc(1, 23), since: Utc(1, 12)); // whose midnight is 04:00 UTC
        (inNewYork.Used, inNewYork.Span.End).ShouldBe((5, Utc(2, 4)));
        At("America/New_York", used, Utc(2, 4), since: Utc(1, 12)).Used.ShouldBe(0);
    }

    [Fact]
    public void Flying_east_does_not_shorten_it()
    {
        var used = At("Europe/Stockholm", null, Utc(1, 8), default) with { Used = 5 };
        At("Asia/Tokyo", used, Utc(1, 16), since: Utc(1, 12)).Used.ShouldBe(5); // Tokyo's midnight was at 15:00 UTC
        At("Asia/Tokyo", used, Utc(1, 22), since: Utc(1, 12)).Span.End.ShouldBe(Utc(2, 15));
    }

    [Fact]
    public void Changing_zones_all_day_gives_no_second_allowance() =>
        Check.QuickThrowOnFailure(Prop.ForAll(
            Gen.Elements("Europe/Stockholm", "America/New_York", "Asia/Tokyo", "Pacific/Kiritimati", "Pacific/Pago_Pago").ArrayOf(48).ToArbitrary(),
            zones =>
            {
                Counter? counter = null;
                var windows = 0;
                for (var hour = 0; hour < zones.Length; hour++)
                {
                    var now = Utc(1, 0).AddHours(hour);
                    var next = At(zones[hour], counter, now, since: now);
                    if (counter is null || next.Span.Start != counter.Span.Start) windows++;
                    counter = next;
                }

                windows.ShouldBeLessThanOrEqualTo(4); // 48 hours touch at most three dates of a zone, and one more by moving
            }));

    [Fact]
    public void A_rolling_window_of_few_is_exact() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(Gen.Choose(0, 20_000).ArrayOf(80).ToArbitrary(), times =>
        {
            var hour = TimeSpan.FromHours(1);
            var marks = default(Marks);
            var model = new List<DateTimeOffset>();
            foreach (var now in times.Order().Select(s => Start.AddSeconds(s)))
            {
                marks = marks.Since(now, hour);
                var exact = model.Count(t => t > now - hour);
                marks.Sum().ShouldBe(exact);
                if (exact >= 6) continue;
                marks = marks.Add(now, 1, hour);
                model.Add(now);
            }
        }));

    [Fact]
    public void A_rolling_window_of_many_stays_short_and_never_forgets_early()
    {
        var hour = TimeSpan.FromHours(1);
        var marks = default(Marks);
        for (var i = 0; i < 100_000; i++) // 36 a second
        {
            var now = Start.AddMilliseconds(i * 27.7);
            marks = marks.Since(now, hour).Add(now, 1, hour);
        }

        marks.Count.ShouldBeLessThanOrEqualTo((2 * Marks.ExactMax) + 1);
        marks.Sum().ShouldBe(100_000);
        marks.Since(Start + hour, hour).Sum().ShouldBeGreaterThan(99_900);
        marks.Since(Start.AddMilliseconds(100_000 * 27.7) + hour, hour).Count.ShouldBe(0);
    }
}
