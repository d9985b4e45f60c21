using Busker.Entitlements.Caps;
using FsCheck;
using FsCheck.Fluent;
using static Busker.Entitlements.Tests.Caps.Books;

namespace Busker.Entitlements.Tests.Caps;

public sealed class CapDecisionTests
{
    [Fact]
    public void A_cap_admits_its_limit_and_says_when_to_come_back()
    {
        var catalog = Selling("100 s per billing month");
        var first = CapDecision.Decide(Book(), catalog, Ask(60), Start.AddDays(1));
        (first.Consumed, first.Remaining, first.Exhausted).ShouldBe((60, 40, false));
        var second = CapDecision.Decide(first.Book, catalog, Ask(60), Start.AddDays(2));
        (second.Admitted, second.Remaining, second.WhenFits).ShouldBe((false, 40, Start.AddMonths(1)));
        second.Book.ShouldBeSameAs(first.Book);
        var third = CapDecision.Decide(second.Book, catalog, Ask(60), Start.AddMonths(1));
        (third.Consumed, third.Remaining).ShouldBe((60, 40));
    }

    [Fact]
    public void Partial_consumption_takes_what_is_left()
    {
        var catalog = Selling("100 s per calendar day");
        var verdict = CapDecision.Decide(Book(), catalog, Ask(130, partial: true), Start);
        (verdict.Consumed, verdict.Remaining, verdict.Exhausted).ShouldBe((100, 0, true));
        CapDecision.Decide(verdict.Book, catalog, Ask(1, partial: true), Start).Admitted.ShouldBeFalse();
    }

    [Fact]
    public void More_than_the_limit_never_fits()
    {
        var verdict = CapDecision.Decide(Book(), Selling("100 s per rolling hour"), Ask(101), Start);
        (verdict.Admitted, verdict.WhenFits).ShouldBe((false, null));
    }

    [Fact]
    public void An_unlimited_cap_counts_nothing()
    {
        var book = Book();
        var verdict = CapDecision.Decide(book, Selling("unlimited"), Ask(5), Start);
        (verdict.Admitted, verdict.Consumed).ShouldBe((true, 5));
        verdict.Book.ShouldBeSameAs(book);
    }

    [Fact]
    public void What_is_no_cap_is_not_decided() =>
        CapDecision.Decide(Book(), Selling("unlimited"), Ask(1, "mode"), Start).Rule.ShouldBeNull();

    [Fact]
    public void A_used_up_cap_switches_what_else_holds_until_the_window_ends()
    {
        var catalog = Selling("100 s per calendar day, then shuffle_only");
        var book = Book();
        CapDecision.Decide(book, catalog, Ask(50, "skips"), Start).Admitted.ShouldBeTrue();
        book = CapDecision.Decide(book, catalog, Ask(100), Start).Book;
        book = CapDecision.Decide(book, catalog, Ask(1, "skips"), Start.AddMinutes(1)).Book;
        book = CapDecision.Decide(book, catalog, Ask(1, "skips"), Start.AddMinutes(2)).Book;
        var third = CapDecision.Decide(book, catalog, Ask(1, "skips"), Start.AddMinutes(3));
        (third.Admitted, third.WhenFits).ShouldBe((false, Start.AddMinutes(61)));
        CapDecision.Decide(book, catalog, Ask(50, "skips"), Start.Date.AddDays(1)).Admitted.ShouldBeTrue();
    }

    [Fact]
    public void Grants_burn_after_the_plan_soonest_expiry_first_and_presents_before_paid()
    {
        var catalog = Selling("10 s per calendar day");
        var soon = Start.AddDays(5);
        var book = Book(grants: [Grant(1, 10), Grant(2, 10, expires: soon), Grant(3, 10, promotional: true, expires: soon), Grant(4, 10, priority: 5)]);
        var verdict = CapDecision.Decide(book, catalog, Ask(45), Start);
        verdict.Burns.Select(b => (b.Source[^1], b.Amount)).ShouldBe(
            [(Grant(4, 1).Id.ToString()[^1], 10), ('n', 10), (Grant(3, 1).Id.ToString()[^1], 10), (Grant(2, 1).Id.ToString()[^1], 10), (Grant(1, 1).Id.ToString()[^1], 5)]);
        verdict.Remaining.ShouldBe(5);
    }

    [Fact]
    public void A_present_burns_before_what_was_paid_for_as_in_the_published_example()
    {
        // A paid 50 and B a present of 20, both priority 1 and expiring together; C a present of 100 of priority 2. Use 60.
        var end = Start.AddDays(10);
        var book = Book(grants: [Grant(1, 50, 11, false, end), Grant(2, 20, 11, true, end), Grant(3, 100, 12, true, end.AddDays(-5))]);
        CapDecision.Decide(book, Selling("none"), Ask(60), Start).Burns.Select(b => b.Amount).ShouldBe([20, 40]);
    }

    [Fact]
    public void A_grant_that_expired_or_has_not_begun_is_not_consumed()
    {
        var catalog = Selling("none");
        var book = Book(grants: [Grant(1, 10, expires: Start)]);
        CapDecision.Decide(book, catalog, Ask(1), Start).Admitted.ShouldBeFalse();
        CapDecision.Decide(book, catalog, Ask(1), Start.AddTicks(-1)).Admitted.ShouldBeTrue();
        CapDecision.Decide(book, catalog, Ask(1), Start.AddDays(-2)).Admitted.ShouldBeFalse();
    }

    [Fact]
    public void A_switching_cap_with_a_grant_left_is_not_used_up()
    {
        var catalog = Selling("10 s per calendar day, then shuffle_only");
        var book = CapDecision.Decide(Book(grants: [Grant(1, 5)]), catalog, Ask(10), Start).Book;
        CapDecision.Exhausted(book, catalog, catalog.Find("free", "W"), Start).ShouldBe(0);
        book = CapDecision.Decide(book, catalog, Ask(5), Start).Book;
        CapDecision.Exhausted(book, catalog, catalog.Find("free", "W"), Start).ShouldBe(1);
    }

    [Fact]
    public void What_is_consumed_is_what_is_taken_from_plan_and_grants() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(Scripts().ToArbitrary(), script =>
        {
            var catalog = Selling(script.Cap);
            var book = Book(grants: [Grant(1, 30), Grant(2, 20, 5), Grant(3, 10, 10, true)]);
            foreach (var (wait, amount, partial) in script.Steps)
            {
                var now = Start + wait;
                var before = CapDecision.GrantsLeft(book, "time", now);
                var verdict = CapDecision.Decide(book, catalog, Ask(amount, partial: partial), now);
                verdict.Burns.Sum(b => b.Amount).ShouldBe(verdict.Consumed);
                verdict.Burns.Where(b => b.Source != "plan").Sum(b => b.Amount).ShouldBe(before - CapDecision.GrantsLeft(verdict.Book, "time", now));
                verdict.Consumed.ShouldBeOneOf(0, amount, partial ? verdict.Consumed : 0);
                if (!verdict.Admitted) verdict.Remaining.ShouldBeLessThan(partial ? 1 : amount);
                book = verdict.Book;
            }
        }));

    [Fact]
    public void No_window_ever_holds_more_than_the_limit() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(Scripts().ToArbitrary(), script =>
        {
            var catalog = Selling(script.Cap);
            var rule = catalog.Find("free", "W")[0].Cap!;
            var book = Book(script.Zone);
            var taken = new List<(DateTimeOffset At, long Amount)>();
            foreach (var (wait, amount, partial) in script.Steps)
            {
                var verdict = CapDecision.Decide(book, catalog, Ask(amount, partial: partial), Start + wait);
                if (verdict.Consumed > 0) taken.Add((Start + wait, verdict.Consumed));
                book = verdict.Book;
            }

            foreach (var (at, _) in taken)
            {
                var inWindow = rule.Window.Kind == Catalog.V1.Window.Types.Kind.Rolling
                    ? taken.Where(t => t.At <= at && t.At > at - rule.Window.Length)
                    : taken.Where(t => book.Assignment.Clock.CycleOf(rule.Window).At(at).Period.Contains(t.At));
                inWindow.Sum(t => t.Amount).ShouldBeLessThanOrEqualTo(rule.Limit);
            }
        }));

    [Fact]
    public void What_does_not_fit_fits_at_the_time_told_and_not_before() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(Scripts().ToArbitrary(), script =>
        {
            var catalog = Selling(script.Cap);
            var book = Book(script.Zone);
            foreach (var (wait, amount, _) in script.Steps)
            {
                var verdict = CapDecision.Decide(book, catalog, Ask(amount), Start + wait);
                if (verdict.WhenFits is { } then)
                {
                    CapDecision.Decide(book, catalog, Ask(amount), then).Admitted.ShouldBeTrue();
                    CapDecision.Decide(book, catalog, Ask(amount), then.AddMilliseconds(-1)).Admitted.ShouldBeFalse();
                }

                book = verdict.Book;
            }
        }));

    private sealed record Script(string Cap, string Zone, (TimeSpan Wait, long Amount, bool Partial)[] Steps);

    private static Gen<Script> Scripts() =>
        from limit in Gen.Choose(1, 40)
        from window in Gen.Elements("fixed hour", "fixed 2 days", "rolling hour", "rolling 90 minutes", "calendar day", "calendar week", "billing month", "billing 2 days", "fixed week")
        from zone in Gen.Elements("UTC", "Europe/Stockholm", "America/Havana", "Asia/Kolkata")
        from steps in Gen.Choose(0, 12_000).SelectMany(m => Gen.Choose(1, 20).SelectMany(a => Gen.Elements(true, false).Select(p => (Wait: TimeSpan.FromMinutes(m), (long)a, p)))).ListOf(25)
        select new Script($"{limit} s per {window}", zone, [.. steps.OrderBy(s => s.Wait)]);
}
