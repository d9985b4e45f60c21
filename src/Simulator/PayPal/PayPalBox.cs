using System.Text.Json;
using System.Text.Json.Nodes;
using Busker.Simulator.Core;

namespace Busker.Simulator.PayPal;

/// <summary>What the families of endpoints share.</summary>
internal sealed class PayPalBox
{
    public PayPalBox(Stage stage)
    {
        Stage = stage;
        Merchant = Ids.Capitals(stage.Seed, "paypal", "merchant", 13);
        Ledger = new Ledger(this);
        Events = new Events(this);
    }

    public const string Email = "merchant@business.example.com";

    public Stage Stage { get; }
    public string Merchant { get; }
    public Ledger Ledger { get; }
    public Events Events { get; }
    public Dictionary<string, Order> Orders { get; } = [];
    public Dictionary<string, Authorization> Authorizations { get; } = [];
    public Dictionary<string, Capture> Captures { get; } = [];
    public Dictionary<string, Refund> Refunds { get; } = [];
    public Dictionary<string, StoredSource> Vault { get; } = [];
    public HashSet<string> PaidInvoices { get; } = [];

    /// <summary>The address the last request came in by: links of what a schedule does point there.</summary>
    public string Origin { get; set; } = "http://127.0.0.1";

    /// <summary>How the answer of the request at work would look later: for a retry under the same PayPal-Request-Id.</summary>
    public Func<Ask, Answer>? Latest { get; set; }

    public Till Till => Stage.Till;
    public long Now => Stage.Clock.NowMs;

    public static string NewId(Ask ask) => ask.NewId("", 17).ToUpperInvariant();

    /// <summary>A new id for what the request at work, or what an earlier one scheduled, leads to.</summary>
    public string NewId() => Stage.Clock.Cause.NewId("", 17).ToUpperInvariant();

    public static JsonObject Read(Ask ask)
    {
        if (ask.Body.Length == 0) return [];
        return Wire.Parse(ask.Body) as JsonObject ?? throw PayPalError.Bad("MALFORMED_REQUEST_JSON", "/");
    }

    /// <summary>The body of a PATCH: a list of changes.</summary>
    public static JsonArray ReadChanges(Ask ask)
    {
        if (ask.Body.Length == 0) return [];
        return Wire.Parse(ask.Body) as JsonArray ?? throw PayPalError.Bad("INVALID_PARAMETER_SYNTAX", "/");
    }

    public static bool Full(Ask ask) => ask.Header("Prefer")?.Contains("return=representation", StringComparison.OrdinalIgnoreCase) == true;

    public static T Find<T>(Dictionary<string, T> things, string id) => things.TryGetValue(id, out var thing) ? thing : throw PayPalError.NoSuch();

    public JsonObject Link(string path, string rel, string method) => Wire.Link(Origin + path, rel, method);

    public Buyer BuyerOf(string email, string? given = null, string? surname = null) =>
        new(email, given ?? "John", surname ?? "Doe", Ids.Capitals(Stage.Seed, email, "payer", 13), "US");

    /// <summary>A new answer for this request, and the way to make it again from what is true later (200 instead of 201).</summary>
    public Answer Answer(int status, Func<Ask, JsonObject> shape, Ask ask, string subject)
    {
        Latest = again => Wire.Json(200, shape(again), subject);
        return Wire.Json(status, shape(ask), subject);
    }
}
