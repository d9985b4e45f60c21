using Busker.Kernel;

namespace Busker.Simulator.Core;

/// <summary>
/// A payment provider on the stage. It owns its wire objects and tells its money story to <see cref="Stage.Till"/>; the core
/// owns sockets, faults, time, journal and webhooks. Whoever holds a <see cref="Simulator"/> sees its name, address, keys and
/// snippet; all else is the core's, and runs under the gate (but for <see cref="Parse"/>), so none of it may wait.
/// </summary>
public abstract class Provider
{
    internal Provider(Stage stage, string name) => (Stage, Name) = (stage, name);

    /// <summary>stripe, adyen or paypal.</summary>
    public string Name { get; }

    /// <summary>Where it listens, once it does.</summary>
    public Uri? Address { get; internal set; }

    /// <summary>Keys a client needs, by name, for the banner.</summary>
    public abstract IReadOnlyList<(string Name, string Value)> Keys { get; }

    /// <summary>Three lines that make the official client talk to <paramref name="address"/>.</summary>
    public abstract string Snippet(Uri address);

    internal Stage Stage { get; }

    /// <summary>Every endpoint there is: this table routes, and the guide is generated from it.</summary>
    internal abstract IReadOnlyList<Endpoint> Endpoints { get; }

    /// <summary>
    /// What follows from the request alone, kept as <see cref="Ask.Parsed"/>. The one thing that runs outside the gate, for many requests at
    /// once: it refuses nothing, it only finds out.
    /// </summary>
    internal virtual object? Parse(Ask ask) => null;

    /// <summary>Authentication and idempotency, before any delay: an answer ends the request here (refused, or replayed).</summary>
    internal virtual Answer? Admit(Ask ask) => null;

    /// <summary>The work. The default asks the endpoint, or answers that there is none.</summary>
    internal virtual Answer Handle(Ask ask) => ask.Endpoint is { } endpoint ? endpoint.Handle(ask) : Unknown(ask);

    /// <summary>Called once with the outcome of an admitted request, whether or not its reply will arrive: store it for replays.</summary>
    internal virtual void Keep(Ask ask, Answer answer)
    {
    }

    /// <summary>The client's idempotency key, for the journal.</summary>
    internal virtual string? KeyOf(Ask ask) => null;

    /// <summary>No such endpoint, in the provider's own error shape.</summary>
    internal abstract Answer Unknown(Ask ask);

    /// <summary>An injected 429 or 5xx, in the provider's own error shape.</summary>
    internal abstract Answer Refusal(Ask ask, int status);

    // What a person can do on the page, or by Simulator, which take the gate. The answer is a sentence for them.
    internal virtual Result<string> OpenDispute(string chargeId, string reason) => NotHere("disputes");

    internal virtual Result<string> FailRefund(string refundId) => NotHere("refund failures");

    /// <summary>Refunds a person may want to fail: id, charge, minor units, currency, status.</summary>
    internal virtual IEnumerable<(string Id, string Charge, long Minor, string Currency, string Status)> Refunds => [];

    /// <summary>Decimals of the minor units of a currency here: providers differ from the standard, each in its own way.</summary>
    internal abstract int Decimals(string currency);

    /// <summary>Zero, or what does not reconcile: the provider's own objects and reports against the books, one sentence each.</summary>
    internal virtual IEnumerable<string> Discrepancies() => [];

    private Fault NotHere(string what) => new(Code.FailedPrecondition, "NOT_HERE", $"{Name} has no {what} to trigger");
}
