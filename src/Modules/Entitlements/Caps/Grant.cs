using Busker.Kernel;

namespace Busker.Entitlements.Caps;

/// <summary>More of a cap than the plan gives: consumed once, in its turn.</summary>
internal sealed record Grant(
    Id<AllowanceKind> Id, string Feature, long Amount, long Used, int Priority, bool Promotional,
    DateTimeOffset Effective, DateTimeOffset? Expires)
{
    /// <summary>Where the plan's own allowance stands among the priorities.</summary>
    public const int PlanPriority = 10;

    public const int DefaultPriority = 30;

    public long Left => Amount - Used;

    public bool IsOpen(DateTimeOffset now) => Left > 0 && Effective <= now && (Expires is null || now < Expires);

    /// <summary>Lower priority first; then what expires sooner; then presents before what was paid for; then the older.</summary>
    public static int Order(Grant a, Grant b)
    {
        var order = a.Priority.CompareTo(b.Priority);
        if (order == 0) order = (a.Expires ?? DateTimeOffset.MaxValue).CompareTo(b.Expires ?? DateTimeOffset.MaxValue);
        if (order == 0) order = b.Promotional.CompareTo(a.Promotional);
        if (order == 0) order = a.Effective.CompareTo(b.Effective);
        return order == 0 ? a.Id.Value.CompareTo(b.Id.Value) : order;
    }
}
