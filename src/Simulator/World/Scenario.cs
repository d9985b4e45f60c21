using Busker.Simulator.Faults;

namespace Busker.Simulator.World;

/// <summary>Everything about the world around the providers: one seeded, versioned file. Times are offsets from the start.</summary>
public sealed record Scenario
{
    public required string Name { get; init; }
    public int Version { get; init; } = 1;
    public string About { get; init; } = "";
    public ulong Seed { get; init; } = 1;
    public DateTimeOffset Start { get; init; } = new(2026, 1, 5, 9, 0, 0, TimeSpan.Zero);
    public People People { get; init; } = new();
    public IReadOnlyList<Issuer> Issuers { get; init; } = [];
    public IReadOnlyDictionary<string, FeeSchedule> Fees { get; init; } = new Dictionary<string, FeeSchedule>();
    public IReadOnlyDictionary<string, Latency> Latencies { get; init; } = new Dictionary<string, Latency>();
    public DisputeHabits Disputes { get; init; } = new();
    public Traffic Traffic { get; init; } = new();
    public IReadOnlyList<Regime> Regimes { get; init; } = [];
    public IReadOnlyList<FaultRule> Faults { get; init; } = [];
}

/// <summary>The people who own the world's cards.</summary>
public sealed record People
{
    /// <summary>How many cards exist per issuer.</summary>
    public int Cards { get; init; } = 10_000;

    /// <summary>Days of the month on which people are paid.</summary>
    public IReadOnlyList<int> Paydays { get; init; } = [1, 15];

    /// <summary>Median monthly income that a card can reach, minor units.</summary>
    public long Income { get; init; } = 250_000;

    /// <summary>How fast money goes: share of what is left that is spent per day.</summary>
    public double SpentPerDay { get; init; } = 0.08;

    /// <summary>Share of cards reported lost or stolen in a year.</summary>
    public double LostPerYear { get; init; } = 0.03;

    /// <summary>Share of lapsed cards whose new number an account updater knows, and how long that takes.</summary>
    public double Updater { get; init; } = 0.7;
    public TimeSpan UpdaterDelay { get; init; } = TimeSpan.FromDays(3);
}

/// <summary>A bank, known by the first six digits of its cards, and how it decides.</summary>
public sealed record Issuer
{
    public required string Name { get; init; }
    public required string Bin { get; init; }
    public string Brand { get; init; } = "visa";
    public string Country { get; init; } = "US";
    public string Funding { get; init; } = "credit";

    /// <summary>Approval probability of an ordinary payment of 20.00 by day, before every effect below.</summary>
    public double Approval { get; init; } = 0.94;

    /// <summary>Effects in log-odds: per doubling of the amount over 20.00, between midnight and six, abroad, card younger than 30 days, each earlier try in 24 hours.</summary>
    public double Amount { get; init; } = -0.08;
    public double Night { get; init; } = -0.3;
    public double Abroad { get; init; } = -0.5;
    public double Young { get; init; } = -0.4;
    public double Retry { get; init; } = -0.35;

    /// <summary>With a 3-D Secure authentication behind it.</summary>
    public double Authenticated { get; init; } = 0.4;

    /// <summary>Effect of the reason of the decline before, log-odds.</summary>
    public IReadOnlyDictionary<DeclineReason, double> After { get; init; } = new Dictionary<DeclineReason, double>();

    /// <summary>Weights of the reasons it gives when it says no.</summary>
    public IReadOnlyDictionary<DeclineReason, double> Reasons { get; init; } = new Dictionary<DeclineReason, double>
    {
        [DeclineReason.DoNotHonor] = 50, [DeclineReason.GenericDecline] = 25, [DeclineReason.SuspectedFraud] = 10,
        [DeclineReason.IssuerUnavailable] = 10, [DeclineReason.VelocityExceeded] = 5,
    };

    /// <summary>Share of on-session payments over <see cref="ChallengeOver"/> for which it demands authentication.</summary>
    public double Challenge { get; init; }
    public long ChallengeOver { get; init; } = 3_000;
}

/// <summary>What a provider charges: basis points of the amount plus a fixed sum, minor units.</summary>
public sealed record FeeSchedule(int BasisPoints = 290, long Fixed = 30, long Dispute = 1_500)
{
    public long Of(long minor) => (((minor * BasisPoints) + 5_000) / 10_000) + Fixed;
}

/// <summary>Reply times: lognormal through the median and the 99th percentile, milliseconds.</summary>
public sealed record Latency(double Median, double P99)
{
    public double Sigma { get; } = Math.Log(P99 / Median) / 2.3263;
}

/// <summary>How honest people and fraud turn into disputes.</summary>
public sealed record DisputeHabits
{
    /// <summary>Share of honest payments that are disputed.</summary>
    public double Honest { get; init; }

    /// <summary>Share of fraudulent payments that are disputed.</summary>
    public double Fraud { get; init; } = 0.8;

    /// <summary>Share of disputes that start as an inquiry.</summary>
    public double Inquiry { get; init; } = 0.15;

    /// <summary>Share of inquiries that become a chargeback unless they are answered.</summary>
    public double Escalated { get; init; } = 0.4;

    /// <summary>Share of answered disputes that are decided for the merchant, when the evidence itself does not say.</summary>
    public double Won { get; init; } = 0.4;

    /// <summary>Reasons of honest disputes: weight and median delay.</summary>
    public IReadOnlyDictionary<string, (double Weight, TimeSpan Delay)> Reasons { get; init; } =
        new Dictionary<string, (double, TimeSpan)>
        {
            ["product_not_received"] = (30, TimeSpan.FromDays(30)),
            ["subscription_canceled"] = (30, TimeSpan.FromDays(20)),
            ["product_unacceptable"] = (20, TimeSpan.FromDays(35)),
            ["duplicate"] = (10, TimeSpan.FromDays(12)),
            ["credit_not_processed"] = (10, TimeSpan.FromDays(45)),
        };

    public TimeSpan FraudDelay { get; init; } = TimeSpan.FromDays(25);
}

/// <summary>The shoppers that come by: a plan for whoever drives a merchant against the simulator.</summary>
public sealed record Traffic
{
    public double PerMinute { get; init; } = 20;

    /// <summary>Weights of the 24 hours; all equal when empty.</summary>
    public IReadOnlyList<double> Hours { get; init; } = [];

    public long MedianAmount { get; init; } = 1_099;

    /// <summary>Share of shoppers who use somebody else's card.</summary>
    public double Fraud { get; init; } = 0.002;

    public IReadOnlyList<Wave> Waves { get; init; } = [];
}

/// <summary>A stretch of different traffic: a sale, or an attack.</summary>
public sealed record Wave(TimeSpan From, TimeSpan Until, double PerMinute, bool CardTesting);

/// <summary>From a moment on, an issuer, a provider, or both together approve more or less (log-odds).</summary>
public sealed record Regime(TimeSpan At, string Provider, string Issuer, double Effect);

/// <summary>Why an issuer says no, in no provider's words.</summary>
public enum DeclineReason
{
    None, DoNotHonor, GenericDecline, InsufficientFunds, LostCard, StolenCard, ExpiredCard, IncorrectCvc, IncorrectNumber,
    SuspectedFraud, VelocityExceeded, IssuerUnavailable, ProcessingError, NotPermitted, RestrictedCard, InvalidAccount,
    AuthenticationRequired, RevocationOfAuthorization,
}
