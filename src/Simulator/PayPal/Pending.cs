namespace Busker.Simulator.PayPal;

/// <summary>
/// Money that waits, asked for in <c>custom_id</c>: <c>sim_pending</c> is a review of a day, <c>sim_pending_echeck</c> a bank
/// transfer of four days; with <c>_denied</c> behind it the money never comes.
/// </summary>
internal sealed record Pending(string Reason, TimeSpan Wait, bool Denied)
{
    public static Pending? Of(string? custom)
    {
        if (custom is null || !custom.Contains("sim_pending", StringComparison.Ordinal)) return null;
        var denied = custom.Contains("_denied", StringComparison.Ordinal);
        return custom.Contains("sim_pending_echeck", StringComparison.Ordinal)
            ? new("ECHECK", TimeSpan.FromDays(4), denied)
            : new("PENDING_REVIEW", TimeSpan.FromDays(1), denied);
    }
}
