using Busker.Simulator.Core;
using Busker.Simulator.Town;

namespace Busker.Cli.Demo;

internal enum Tier { Free, MidTier, Premium }

/// <summary>What a listener of the demo holds: a plan of the sample catalog, where it is sold.</summary>
internal sealed record Household(Tier Tier, string Plan, string Market, string TimeZone)
{
    private static readonly (double Share, Household Household)[] Mix =
    [
        (24, new(Tier.Free, "free", "US", "America/New_York")),
        (12, new(Tier.Free, "free", "DE", "Europe/Berlin")),
        (8, new(Tier.Free, "free", "FR", "Europe/Paris")),
        (6, new(Tier.Free, "free", "SE", "Europe/Stockholm")),
        (10, new(Tier.Free, "free", "IN", "Asia/Kolkata")),
        (5, new(Tier.MidTier, "lite", "IN", "Asia/Kolkata")),
        (5, new(Tier.MidTier, "standard", "IN", "Asia/Kolkata")),
        (5, new(Tier.MidTier, "audiobooks_access", "US", "America/Chicago")),
        (8, new(Tier.Premium, "premium_individual", "US", "America/Los_Angeles")),
        (5, new(Tier.Premium, "premium_individual", "DE", "Europe/Berlin")),
        (3, new(Tier.Premium, "premium_individual", "SE", "Europe/Stockholm")),
        (3, new(Tier.Premium, "premium_student", "DE", "Europe/Berlin")),
        (3, new(Tier.Premium, "premium_family", "US", "America/New_York")),
        (3, new(Tier.Premium, "platinum", "IN", "Asia/Kolkata")),
    ];

    private static readonly Popularity Shares = Popularity.Of(Array.ConvertAll(Mix, m => m.Share));

    /// <summary>The same listener always holds the same.</summary>
    public static Household Of(int listener)
    {
        var draw = Draw.Of(7, (ulong)listener, "household");
        return Mix[Shares.Next(ref draw)].Household;
    }
}
