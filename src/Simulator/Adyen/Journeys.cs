using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Busker.Simulator.Core;
using Busker.Simulator.World;
using static Busker.Simulator.Adyen.AdyenBox;

namespace Busker.Simulator.Adyen;

/// <summary>What a payment is made with: a card, or an account at an iDEAL bank.</summary>
internal sealed record Means(Card? Card, bool Stored)
{
    public string Brand => Card is null ? "ideal" : Payments.Brand(Card);

    public string Instrument(ulong seed) => Card?.Fingerprint(seed) ?? "ideal";
}

/// <summary>A shopper who was sent away before the payment is authorised.</summary>
internal sealed class Journey(string psp, JsonElement body, Means means, Way way)
{
    public string Psp { get; } = psp;
    public JsonElement Body { get; } = body;
    public Means Means { get; } = means;

    /// <summary>Whether the bank has a question.</summary>
    public bool Asks { get; } = way == Way.Challenge;
    public string? ReturnUrl { get; init; }

    /// <summary>Native 3-D Secure: the device was fingerprinted, the challenge is next.</summary>
    public bool Identified { get; set; }
    public bool? Authenticated { get; set; }
    public bool Used { get; set; }
}

/// <summary>Shoppers on their way: to the bank's page by redirect, or through native 3-D Secure 2 (fingerprint, then challenge).</summary>
internal sealed class Journeys(AdyenBox box)
{
    private readonly Dictionary<string, Journey> _byPsp = [];

    /// <summary>By what the merchant hands back: redirectResult, paymentData or authorisationToken.</summary>
    private readonly Dictionary<string, Journey> _byToken = [];

    public static bool Native(JsonElement body) => Text(body, "authenticationData", "threeDSRequestData", "nativeThreeDS") == "preferred";

    public Answer Redirect(Ask ask, string psp, JsonElement body, Means means, Way way)
    {
        Begin(new Journey(psp, body, means, way) { ReturnUrl = Text(body, "returnUrl") ?? throw AdyenError.Missing("returnUrl") }, "redirect result");
        var action = new JsonObject { ["paymentMethodType"] = means.Card is null ? "ideal" : "scheme", ["type"] = "redirect", ["method"] = "GET", ["url"] = $"{ask.Origin}/3ds/{psp}" };
        return Json(200, new JsonObject { ["resultCode"] = "RedirectShopper", ["action"] = action }, psp);
    }

    public Answer Identify(Ask ask, string psp, JsonElement body, Means means, Way way)
    {
        var journey = new Journey(psp, body, means, way);
        Begin(journey, "payment data");
        _byToken.Add(Token(psp, "authorisation token"), journey);
        return Act(journey, "IdentifyShopper", "fingerprint", new JsonObject
        {
            ["threeDSMessageVersion"] = "2.2.0", ["threeDSMethodNotificationURL"] = $"{ask.Origin}/3ds/{psp}", ["threeDSMethodURL"] = $"{ask.Origin}/3ds/{psp}", ["threeDSServerTransID"] = Transaction(psp),
        });
    }

    /// <summary>The shopper is back: with a result, or (an answer) with one more thing to do.</summary>
    public (Journey Journey, bool Authenticated, Answer? Next) Return(Ask ask, JsonElement body)
    {
        if (Text(body, "details", "redirectResult") is { } result)
        {
            if (!_byToken.TryGetValue(result, out var back) || back.Authenticated is not { } authenticated) throw AdyenError.Invalid("14_006", "The redirectResult is not known");
            return (Once(back), authenticated, null);
        }

        var (given, name) = Text(body, "details", "threeDSResult") is { } whole ? (whole, "threeDSResult")
            : Text(body, "details", "threeds2.fingerprint") is { } print ? (print, "threeds2.fingerprint")
            : Text(body, "details", "threeds2.challengeResult") is { } challenge ? (challenge, "threeds2.challengeResult")
            : throw AdyenError.Missing("details.redirectResult");
        var said = Decoded(given) ?? throw AdyenError.Invalid("14_006", $"details.{name} could not be read");
        var token = Text(body, "paymentData") ?? Text(said, "authorisationToken") ?? throw AdyenError.Missing("paymentData");
        if (!_byToken.TryGetValue(token, out var journey) || journey.ReturnUrl is not null) throw AdyenError.Invalid("14_006", "The paymentData is not known");
        if (Text(said, "transStatus") is { } status && journey.Identified) return (Once(journey), status is "Y" or "A", null);
        if (journey.Identified || Text(said, "threeDSCompInd") is null) throw AdyenError.Invalid("14_006", $"details.{name} is not what this payment waits for");
        if (!journey.Asks) return (Once(journey), true, null);
        journey.Identified = true;
        return (journey, false, Act(journey, "ChallengeShopper", "challenge", new JsonObject
        {
            ["acsReferenceNumber"] = "BUSKER-ACS", ["acsTransID"] = Transaction(journey.Psp + "acs"), ["acsURL"] = $"{ask.Origin}/3ds/{journey.Psp}", ["messageVersion"] = "2.2.0",
            ["threeDSNotificationURL"] = $"{ask.Origin}/3ds/{journey.Psp}", ["threeDSServerTransID"] = Transaction(journey.Psp),
        }));
    }

    /// <summary>The bank's page: a person says yes or no, unless the bank needs no answer.</summary>
    public Answer Page(Ask ask)
    {
        if (!_byPsp.TryGetValue(ask.Values[0], out var journey)) return Nowhere();
        if (journey is { ReturnUrl: not null, Asks: false }) return Back(journey, true);
        var amount = WebUtility.HtmlEncode($"{Text(journey.Body, "amount", "currency")} {Text(journey.Body, "amount", "value")}");
        var at = $"/3ds/{ask.Values[0]}";
        return Answer.Html($"<!doctype html><title>Your bank</title><h1>Pay {amount} (minor units)?</h1><a id=\"authorize\" href=\"{at}/yes\">Authenticate</a> <a id=\"fail\" href=\"{at}/no\">Fail</a>");
    }

    public Answer Choose(Ask ask)
    {
        if (!_byPsp.TryGetValue(ask.Values[0], out var journey) || journey.ReturnUrl is null) return Nowhere();
        return Back(journey, ask.Values[1] == "yes");
    }

    private Answer Back(Journey journey, bool authenticated)
    {
        journey.Authenticated ??= authenticated;
        var back = journey.ReturnUrl!;
        return new Answer(303, default).With("Location", back + (back.Contains('?', StringComparison.Ordinal) ? '&' : '?') + "redirectResult=" + Token(journey.Psp, "redirect result"));
    }

    private static Answer Nowhere() => Answer.Html("<p>This page is not known.</p>") with { Status = 404 };

    private void Begin(Journey journey, string token)
    {
        _byPsp.Add(journey.Psp, journey);
        _byToken.Add(Token(journey.Psp, token), journey);
    }

    private static Journey Once(Journey journey)
    {
        if (journey.Used) throw AdyenError.Invalid("704", "request already processed or in progress");
        journey.Used = true;
        return journey;
    }

    private Answer Act(Journey journey, string result, string subtype, JsonObject token)
    {
        var action = new JsonObject
        {
            ["authorisationToken"] = Token(journey.Psp, "authorisation token"), ["paymentData"] = Token(journey.Psp, "payment data"), ["paymentMethodType"] = "scheme",
            ["subtype"] = subtype, ["token"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(token.ToJsonString())), ["type"] = "threeDS2",
        };
        return Json(200, new JsonObject { ["resultCode"] = result, ["action"] = action }, journey.Psp);
    }

    private string Token(string psp, string purpose) => Ids.From(box.Stage.Seed, psp, purpose, "", 40);

    public string Transaction(string entity) => new Guid(Encoding.ASCII.GetBytes(Ids.From(box.Stage.Seed, entity, "3-D Secure", "", 16))).ToString();

    private static JsonElement? Decoded(string base64)
    {
        try
        {
            return JsonElement.Parse(Convert.FromBase64String(base64));
        }
        catch (Exception unreadable) when (unreadable is FormatException or JsonException)
        {
            return null;
        }
    }
}
