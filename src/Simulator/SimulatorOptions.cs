using System.Net;

namespace Busker.Simulator;

/// <summary>How to start a simulator.</summary>
public sealed record SimulatorOptions
{
    /// <summary>stripe, adyen, paypal: those to serve. All of them unless told.</summary>
    public IReadOnlyList<string> Providers { get; init; } = Simulator.Known;

    /// <summary>A preset's name, or the path of a scenario file.</summary>
    public string Scenario { get; init; } = "calm";

    /// <summary>Overrides the scenario's seed.</summary>
    public ulong? Seed { get; init; }

    /// <summary>The first provider's port, the others follow; 0 takes free ones.</summary>
    public int Port { get; init; }

    /// <summary>Loopback only, unless told.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>Virtual seconds per real second; 0 freezes the clock, which is what tests want.</summary>
    public double Rate { get; init; }

    /// <summary>Starts at this machine's time instead of the scenario's, so that clients which look at their own clock agree.</summary>
    public bool StartNow { get; init; }

    /// <summary>
    /// How long a receiver of webhooks may take to answer, on this machine's clock. One that let it pass once is given a twentieth of it until it answers.
    /// </summary>
    public TimeSpan WebhookTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>File to restore from when it exists, and to append every request to.</summary>
    public string? Snapshot { get; init; }
}
