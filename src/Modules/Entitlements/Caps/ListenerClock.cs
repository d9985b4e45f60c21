using System.Collections.Concurrent;
using Busker.Catalog.Compiled;
using Busker.Catalog.V1;
using Busker.Kernel;

namespace Busker.Entitlements.Caps;

/// <summary>By which clock a listener's windows turn.</summary>
/// <param name="Zone">IANA time zone</param>
/// <param name="Anchor">where billing windows count from</param>
/// <param name="Since">from when zone and anchor are these; windows open then are not cut short</param>
internal sealed record ListenerClock(string Zone, DateTimeOffset Anchor, DateTimeOffset Since)
{
    private static readonly ConcurrentDictionary<(CycleUnit, int, string), Cycle> Calendars = new();

    /// <summary>The cycle of a fixed, calendar or billing window.</summary>
    public Cycle CycleOf(WindowRule window) => window.Kind switch
    {
        Window.Types.Kind.Fixed => Calendar(Elapsed(window.Unit), window.Every * Factor(window.Unit), "UTC"),
        Window.Types.Kind.Calendar => Calendar(window.CycleUnit, window.Every, Zone),
        Window.Types.Kind.Billing => new Cycle(window.CycleUnit, window.Every, Anchor, Zone),
        _ => throw new InvariantException($"a {window.Kind} window has no cycle"),
    };

    private static Cycle Calendar(CycleUnit unit, int every, string zone) =>
        Calendars.TryGetValue((unit, every, zone), out var cycle)
            ? cycle
            : Calendars.GetOrAdd((unit, every, zone), Cycle.Calendar(unit, every, zone));

    private static CycleUnit Elapsed(Window.Types.Unit unit) => unit switch
    {
        Window.Types.Unit.Minute => CycleUnit.Minute,
        Window.Types.Unit.Week => CycleUnit.Week, // in UTC a week from Monday is always 168 hours
        _ => CycleUnit.Hour,
    };

    private static int Factor(Window.Types.Unit unit) => unit == Window.Types.Unit.Day ? 24 : 1;
}
