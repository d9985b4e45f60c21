using Busker.Simulator.Core;

namespace Busker.Simulator.Stripe;

/// <summary>What is the same for all payments by a test token.</summary>
internal sealed record Standing(Instrument Instrument, Thing Shown);

/// <summary>What a sale was when it was made; amounts in minor units.</summary>
/// <param name="Ids">Of its payment method, charge, balance transaction and event, in a row.</param>
/// <param name="Given">What the request said of the charge, or null.</param>
/// <param name="Request">The number of the request's id.</param>
internal readonly record struct SaleFacts(Standing Standing, Charge Truth, Mint Ids, long Amount, long Fee, Thing? Given, int Request, string? IdempotencyKey);

/// <summary>
/// A captured charge by a test token and what it leaves behind: a payment method, a balance transaction and an event. One object keeps what
/// all four follow from, and each is made when somebody asks for it.
/// </summary>
internal sealed class Sale(Sales sales, in SaleFacts facts) : Draft, IPending
{
    private readonly SaleFacts _facts = facts;
    private Thing?[]? _made;

    public ref readonly SaleFacts Facts => ref _facts;
    public string Currency => _facts.Truth.Currency;
    public long Net => _facts.Amount - _facts.Fee;

    /// <summary>The money is not available yet.</summary>
    public bool Waits { get; private set; } = facts.Standing.Instrument.Test?.Available != true;

    /// <summary>To how many endpoints the event goes.</summary>
    public int Webhooks { get; set; }

    public override string Id(string kind) => kind switch
    {
        "payment_method" => _facts.Ids.Text("pm_1", 23),
        "charge" => _facts.Truth.Id,
        "balance_transaction" => _facts.Ids.After(2).Text("txn_1", 23),
        _ => _facts.Ids.After(3).Text("evt_1", 23),
    };

    public override Thing? Made(string kind) => _made?[Place(kind)];

    public override Thing Thing(string kind) => (_made ??= new Thing?[4])[Place(kind)] ??= sales.Make(this, kind);

    public void Release()
    {
        Waits = false;
        if (Made("balance_transaction") is { } made) made["status"] = "available";
    }

    private static int Place(string kind) => kind switch { "payment_method" => 0, "charge" => 1, "balance_transaction" => 2, _ => 3 };
}
