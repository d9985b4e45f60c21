using Busker.Catalog.V1;
using Busker.Kernel;

namespace Busker.Catalog.Compiled;

/// <summary>So many units per window; what to do when they are used up.</summary>
/// <param name="Limit">units per window; <see cref="Unlimited"/> for no limit</param>
/// <param name="Window">when the count starts again</param>
/// <param name="Variant">the plan's variant that holds while the cap is used up; null refuses</param>
public sealed record CapRule(long Limit, WindowRule Window, string? Variant)
{
    public const long Unlimited = long.MaxValue;

    public static readonly CapRule None = new(Unlimited, default, null);

    public bool IsUnlimited => Limit == Unlimited;
}

/// <summary>
/// When a count starts again. <see cref="Code"/> names it for ever: counts of different windows are kept apart by it.
/// </summary>
public readonly record struct WindowRule(Window.Types.Kind Kind, Window.Types.Unit Unit, int Every)
{
    /// <summary>The window of a cap that admits nothing.</summary>
    public static readonly WindowRule OfNothing = new(Window.Types.Kind.Fixed, Window.Types.Unit.Day, 1);

    /// <summary>Two letters and a number: <c>rh1</c> is a rolling hour, <c>bM1</c> a billing month.</summary>
    public string Code => $"{"?frcb"[(int)Kind]}{"?mhdwMy"[(int)Unit]}{Every}";

    /// <summary>The length of a fixed or rolling window, which never depends on a calendar.</summary>
    public TimeSpan Length => Every * Unit switch
    {
        Window.Types.Unit.Minute => TimeSpan.FromMinutes(1),
        Window.Types.Unit.Hour => TimeSpan.FromHours(1),
        Window.Types.Unit.Day => TimeSpan.FromDays(1),
        Window.Types.Unit.Week => TimeSpan.FromDays(7),
        _ => throw new InvariantException($"{Unit} has no fixed length"),
    };

    public CycleUnit CycleUnit => Unit switch
    {
        Window.Types.Unit.Minute => CycleUnit.Minute,
        Window.Types.Unit.Hour => CycleUnit.Hour,
        Window.Types.Unit.Day => CycleUnit.Day,
        Window.Types.Unit.Week => CycleUnit.Week,
        Window.Types.Unit.Month => CycleUnit.Month,
        Window.Types.Unit.Year => CycleUnit.Year,
        _ => throw new InvariantException("a window without a unit"),
    };
}
