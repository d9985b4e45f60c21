using Busker.Catalog.Compiled;
using Busker.Kernel;
using V1Kind = Busker.Catalog.V1.Window.Types.Kind;

namespace Busker.Entitlements.Caps;

/// <summary>
/// How much of a cap was consumed in its present window. Kept for each feature and window rule, so that changing plan neither
/// loses nor gives back what was consumed under the same rule.
/// </summary>
/// <param name="Feature">key of the cap</param>
/// <param name="Window">code of the window rule</param>
/// <param name="Span">the present window; for a rolling one, from the oldest mark to when it leaves</param>
/// <param name="Used">consumed in it</param>
/// <param name="Marks">what a rolling window remembers</param>
internal sealed record Counter(string Feature, string Window, Period Span, long Used, Marks Marks)
{
    /// <summary>The counter as it stands now: unchanged within its window, empty in a new one.</summary>
    public static Counter At(string feature, WindowRule window, Counter? was, ListenerClock clock, DateTimeOffset now) =>
        window.Kind == V1Kind.Rolling ? Rolling(feature, window, was, now) : Turning(feature, window, was, clock, now);

    public Counter Consume(long amount, WindowRule window, DateTimeOffset now)
    {
        if (window.Kind != V1Kind.Rolling) return this with { Used = Used + amount };
        var marks = Marks.Add(now, amount, window.Length);
        return this with { Used = Used + amount, Marks = marks, Span = SpanOf(marks, window, now) };
    }

    /// <summary>When an amount that does not fit now will; null when it never will.</summary>
    public DateTimeOffset? WhenFits(long amount, CapRule rule) =>
        amount > rule.Limit ? null
        : rule.Window.Kind == V1Kind.Rolling ? Marks.WhenFreed(Used + amount - rule.Limit, rule.Window.Length)
        : Span.End;

    private static Counter Rolling(string feature, WindowRule window, Counter? was, DateTimeOffset now)
    {
        var marks = was?.Marks.Since(now, window.Length) ?? default;
        return new Counter(feature, window.Code, SpanOf(marks, window, now), marks.Sum(), marks);
    }

    /// <summary>
    /// When the listener's clock changed within a window, the window goes on to the later of its own end and the new clock's
    /// next turn: travelling never gives a second allowance.
    /// </summary>
    private static Counter Turning(string feature, WindowRule window, Counter? was, ListenerClock clock, DateTimeOffset now)
    {
        if (was is not null)
        {
            var end = was.Span.End;
            if (window.Kind != V1Kind.Fixed && was.Span.Start < clock.Since && clock.Since < end)
                end = Later(end, clock.CycleOf(window).Next(clock.Since));
            if (now < end) return end == was.Span.End ? was : was with { Span = new Period(was.Span.Start, end) };
        }

        return new Counter(feature, window.Code, clock.CycleOf(window).At(now).Period, 0, default);
    }

    private static Period SpanOf(Marks marks, WindowRule window, DateTimeOffset now)
    {
        var oldest = marks.Count == 0 ? now : DateTimeOffset.FromUnixTimeMilliseconds(marks.TimeMs(0));
        return new Period(oldest, oldest + window.Length);
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
