using System.Text.Json.Nodes;
using Busker.Simulator.Core;
using Busker.Simulator.World;

namespace Busker.Simulator.PayPal;

/// <summary>A person with a PayPal account.</summary>
internal sealed record Buyer(string Email, string Given, string Surname, string PayerId, string Country);

/// <summary>What an order is paid with: a card, or a buyer's wallet with perhaps a card behind it.</summary>
internal sealed class Source
{
    public Card? Card { get; set; }
    public string? Holder { get; init; }
    public Buyer? Buyer { get; set; }

    /// <summary>The wallet is asked for, but nobody has said whose it is.</summary>
    public bool Wallet { get; init; }

    /// <summary>From the vault: the payer is not there.</summary>
    public bool Stored { get; init; }

    /// <summary>The card's own verification method: <c>SCA_ALWAYS</c> sends the payer to the bank's page.</summary>
    public string? Verification { get; init; }

    /// <summary>Null until the payer was at the bank's page.</summary>
    public bool? Authenticated { get; set; }

    /// <summary>To be kept in the vault when the payment succeeds.</summary>
    public bool Keep { get; init; }
    public string? Customer { get; init; }
    public StoredSource? Kept { get; set; }
    public string? ReturnUrl { get; init; }
    public string? CancelUrl { get; init; }

    public string Instrument(ulong seed) => Card?.Fingerprint(seed) ?? Buyer?.PayerId ?? "wallet";
}

/// <summary>An order: what is to be paid, by whom, and what came of it.</summary>
internal sealed class Order
{
    public required string Id { get; init; }
    public required string Intent { get; set; }
    public required string Status { get; set; }
    public required List<Unit> Units { get; set; }
    public required long CreatedMs { get; init; }
    public long UpdatedMs { get; set; }
    public Source? Source { get; set; }

    /// <summary>As the request gave it; the buyer's own data win.</summary>
    public JsonObject? Payer { get; set; }
    public string? ReturnUrl { get; set; }
    public string? CancelUrl { get; set; }
    public bool Open => Status is "CREATED" or "PAYER_ACTION_REQUIRED" or "APPROVED";
}

/// <summary>One purchase unit: the fields of the request, and its payments.</summary>
internal sealed class Unit(JsonObject asked, long minor, string currency)
{
    public JsonObject Asked { get; } = asked;
    public long Minor { get; } = minor;
    public string Currency { get; } = currency;
    public List<Authorization> Authorizations { get; } = [];
    public List<Capture> Captures { get; } = [];
    public string ReferenceId => Wire.Text(Asked, "reference_id")!;
    public string? InvoiceId => Wire.Text(Asked, "invoice_id");
    public string? CustomId => Wire.Text(Asked, "custom_id");
}

/// <summary>Held money. A reauthorization is one of its own that draws on its parent's hold.</summary>
internal sealed class Authorization
{
    public required string Id { get; init; }
    public required Order Order { get; init; }
    public required Unit Unit { get; init; }
    public required Charge Truth { get; init; }
    public required long Minor { get; init; }
    public required long CreatedMs { get; init; }
    public long UpdatedMs { get; set; }
    public required long ExpiresMs { get; init; }
    public string Status { get; set; } = "CREATED";
    public Authorization? Parent { get; init; }
    public Authorization? Child { get; set; }
    public JsonObject? Processor { get; init; }
    public bool Expired { get; set; }
    public Authorization Root => Parent ?? this;
}

/// <summary>Taken money.</summary>
internal sealed class Capture
{
    public required string Id { get; init; }
    public required Order Order { get; init; }
    public required Unit Unit { get; init; }
    public required Charge Truth { get; init; }
    public required long Minor { get; init; }
    public required long CreatedMs { get; init; }
    public Authorization? Authorization { get; init; }
    public long UpdatedMs { get; set; }
    public long Fee { get; set; }
    public long Refunded { get; set; }
    public bool Final { get; init; } = true;
    public string Status { get; set; } = "COMPLETED";
    public string? InvoiceId { get; init; }
    public string? CustomId { get; init; }
    public JsonObject? Processor { get; init; }
    public Dispute? Dispute { get; set; }

    /// <summary>Why the money is not the merchant's yet; null once it is, or never will be.</summary>
    public string? Waiting { get; set; }
    public List<Refund> Refunds { get; } = [];
    public string Currency => Unit.Currency;
    public long Left => Minor - Refunded - (Dispute?.Taken ?? 0);
}

/// <summary>Money given back.</summary>
internal sealed class Refund
{
    public required string Id { get; init; }
    public required Capture Capture { get; init; }
    public required long Minor { get; init; }
    public required long CreatedMs { get; init; }
    public long UpdatedMs { get; set; }
    public string Status { get; set; } = "COMPLETED";
    public string? InvoiceId { get; init; }
    public string? CustomId { get; init; }
    public string? Note { get; init; }

    /// <summary>Why the buyer does not have the money yet.</summary>
    public string? Waiting { get; set; }

    /// <summary>What had been refunded of the capture when this was done.</summary>
    public required long Total { get; init; }
}

/// <summary>A payment method in the vault.</summary>
internal sealed record StoredSource(string Id, string Customer, string? MerchantCustomer, Card? Card, string? Holder, Buyer? Buyer, string? Description);

/// <summary>A payment method on its way into the vault.</summary>
internal sealed class SetupToken
{
    public required string Id { get; init; }
    public required string Customer { get; init; }
    public string? MerchantCustomer { get; init; }
    public required string Status { get; set; }
    public Card? Card { get; init; }
    public string? Holder { get; init; }
    public Buyer? Buyer { get; set; }
    public string? Description { get; init; }
    public string? ReturnUrl { get; init; }
    public string? CancelUrl { get; init; }
}
