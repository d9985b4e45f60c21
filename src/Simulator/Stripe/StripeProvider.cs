using System.Text;
using System.Text.Json;
using Busker.Kernel;
using Busker.Simulator.Core;

namespace Busker.Simulator.Stripe;

/// <summary>Stripe: form-encoded requests, idempotency keys, versions, errors; the families of endpoints do the rest.</summary>
internal sealed class StripeProvider : Provider
{
    private readonly Sandbox _box;
    private readonly Disputes _disputes;
    private readonly Refunds _refunds;
    private readonly Balances _balances;
    private readonly Dictionary<string, Slot> _slots = [];
    private readonly Queue<string> _slotOrder = new();

    public StripeProvider(Stage stage)
        : base(stage, "stripe")
    {
        _box = new Sandbox(stage);
        SecretKey = Ids.From(stage.Seed, "stripe", "secret key", "sk_test_", 24);
        PublishableKey = Ids.From(stage.Seed, "stripe", "publishable key", "pk_test_", 24);
        _balances = new Balances(_box);
        _disputes = new Disputes(_box, _balances);
        var methods = new PaymentMethods(_box);
        var acquirer = new Acquirer(_box, _balances, _disputes);
        var intents = new PaymentIntents(_box, methods, acquirer);
        var setups = new SetupIntents(_box, methods);
        _refunds = new Refunds(_box, _balances);
        var clocks = new TestClocks(_box);
        var billing = new Billing(_box, intents, clocks);
        Route[] routes =
        [
            .. intents.Routes, .. setups.Routes, .. methods.Routes, .. new Customers(_box).Routes, .. new Charges(_box, methods, acquirer, new Sales(_box, methods, acquirer, _balances, _disputes)).Routes,
            .. _refunds.Routes, .. _disputes.Routes, .. new Files(_box).Routes, .. _balances.Routes, .. new Payouts(_box, _balances).Routes,
            .. new Reports(_box).Routes, .. new Webhooks(_box).Routes, .. new Catalog(_box).Routes, .. billing.Routes, .. clocks.Routes,
        ];
        Endpoints = [.. routes.Select(r => new Served(r, ask => Run(ask, r.Handle))), .. new ThreeDs(_box, intents, setups).Pages];
    }

    public string SecretKey { get; }
    public string PublishableKey { get; }
    internal override IReadOnlyList<Endpoint> Endpoints { get; }
    public override IReadOnlyList<(string Name, string Value)> Keys => [("secret key", SecretKey), ("publishable key", PublishableKey)];

    public override string Snippet(Uri address) => $$"""
        import Stripe from 'stripe';
        const stripe = new Stripe('{{SecretKey}}', { host: '{{address.Host}}', port: {{address.Port}}, protocol: 'http' });
        await stripe.paymentIntents.create({ amount: 1099, currency: 'usd', payment_method: 'pm_card_visa', confirm: true, return_url: 'https://example.com' });
        """;

    internal override string? KeyOf(Ask ask) => (ask.Parsed as Call)?.Key;

    /// <summary>Of a page of the bank's there is nothing to know.</summary>
    internal override object? Parse(Ask ask)
    {
        if (ask.Path.StartsWith("/3ds/", StringComparison.Ordinal)) return null;
        var served = ask.Endpoint as Served;
        return Call.Of(ask, Unauthorized(ask), served?.Known, served?.Expandable);
    }

    internal override Answer? Admit(Ask ask)
    {
        if (ask.Parsed is not Call call) return null;
        if (call.Stopped is { } refused) return Error(ask, refused);
        return call.Key is { } key ? Reserve(ask, key, call.Print) : null;
    }

    internal override void Keep(Ask ask, Answer answer)
    {
        if (KeyOf(ask) is not { } key || !_slots.TryGetValue(key, out var slot) || slot.Answer is not null) return;
        if (answer.Status is 400 or 401 or 404 or 409 or 429) _slots.Remove(key);
        else slot.Answer = answer.Kept();
    }

    internal override Answer Unknown(Ask ask) => Error(ask, new StripeError(404, "invalid_request_error", null,
        $"Unrecognized request URL ({ask.Method}: {ask.Path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.", null));

    internal override Answer Refusal(Ask ask, int status) => status == 429
        ? Error(ask, new StripeError(429, "invalid_request_error", "rate_limit", "Too many requests hit the API too quickly.", null)).With("Stripe-Rate-Limited-Reason", "global-rate")
        : Error(ask, new StripeError(status, "api_error", null, "An unknown error occurred.", null));

    internal override Result<string> OpenDispute(string chargeId, string reason) => _disputes.OpenByHand(chargeId, reason);

    internal override Result<string> FailRefund(string refundId) => _refunds.FailByHand(refundId);

    internal override IEnumerable<(string Id, string Charge, long Minor, string Currency, string Status)> Refunds =>
        _box.Store.All("refund").Where(r => r.Text("balance_transaction") is not null).Reverse().Select(r => (r.Id, r.Text("charge") ?? "", r.Number("amount"), r.Text("currency") ?? "", r.Text("status") ?? ""));

    internal override int Decimals(string currency) => Currency.Of(currency).Digits;

    internal override IEnumerable<string> Discrepancies() => _balances.Discrepancies();

    /// <summary>An endpoint with what its requests may say.</summary>
    private sealed record Served(Route Route, Func<Ask, Answer> Handle) : Endpoint(Route.Method, Route.Template, Handle, Route.Simulated, Route.Missing)
    {
        public Parameters? Known { get; } = Parameters.Of(Route.Method, Route.Template);
        public Expandable? Expandable { get; } = Expandable.Of(Route.Method, Route.Template);
    }

    private Answer Run(Ask ask, Func<Call, object> handle)
    {
        var call = _box.Call = ((Call)ask.Parsed!).Begin();
        var (till, moves, charges) = (Stage.Till, Stage.Till.Books.Moves, Stage.Till.Charges.Count);
        _box.Store.Undo.Begin(ask.Method != "GET");
        try
        {
            return call.Refused is { } refused ? Headers(Error(ask, refused), call.RequestId) : Success(call, handle(call));
        }
        catch (StripeError refused)
        {
            if (refused.Status is 400 or 404 && (moves, charges) == (till.Books.Moves, till.Charges.Count))
            {
                _box.Store.Undo.Back();
                Stage.Webhooks.Forgive(ask);
            }

            return Headers(Error(ask, refused), call.RequestId);
        }
        finally
        {
            _box.Store.Undo.Begin(false);
            _box.Call = null;
        }
    }

    private Answer Success(Call call, object result)
    {
        if (result is Answer whole) return whole;
        if (result is Thing thing && call.Expand is null)
        {
            if (call.Ask.Method == "GET" && _box.Store.Read(thing) is { } known) return new Answer(200, known, Subject: thing.Id) { Headers = call.Named };
            if (call.Ask.Unwatched && call.Key is null) return new Unwritten(call, thing.Copy(), _box.Store);
        }

        return Answer.Lending(Pen.Write((Result: result, call.Expand, _box.Store), static (json, what) => Write(json, what.Result, what.Store, what.Expand)), (result as Thing)?.Id, call.Named);
    }

    private static void Write(Utf8JsonWriter json, object result, Store store, Expand? expand)
    {
        switch (result)
        {
            case Thing thing: thing.Write(json, store, expand); break;
            case ListPage page: page.Write(json, store, expand); break;
            case Deleted gone:
                json.WriteStartObject();
                json.WriteString("id", gone.Id);
                json.WriteString("object", gone.Kind);
                json.WriteBoolean("deleted", true);
                json.WriteEndObject();
                break;
            case Raw raw: json.WriteRawValue(raw.Json, skipInputValidation: true); break;
        }
    }

    private Answer Error(Ask ask, StripeError error)
    {
        var answer = new Answer(error.Status, error.Body(_box.Store));
        if (error.Status is 409 or 429 || error.Status >= 500) answer = answer.With("Stripe-Should-Retry", error.Status == 409 || error.Status == 429 ? "true" : "true");
        return Headers(answer, ask.NewId("req_", 14));
    }

    private static Answer Headers(Answer answer, string requestId)
    {
        foreach (var (name, _) in answer.Headers)
        {
            if (name == "Request-Id") return answer;
        }

        return answer.With("Request-Id", requestId);
    }

    private StripeError? Unauthorized(Ask ask)
    {
        var header = ask.Headers.Authorization.ToString();
        if (header.StartsWith("Bearer sk_test_", StringComparison.Ordinal)) return null;
        var key = header.StartsWith("Bearer ", StringComparison.Ordinal) ? header[7..]
            : header.StartsWith("Basic ", StringComparison.Ordinal) ? User(header[6..])
            : "";
        if (key == SecretKey || key.StartsWith("sk_test_", StringComparison.Ordinal) || key == PublishableKey) return null;
        return new StripeError(401, "invalid_request_error", null, key.Length == 0
            ? "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."
            : $"Invalid API Key provided: {key[..Math.Min(8, key.Length)]}****", null);
    }

    /// <summary>The name in Basic credentials: Stripe's clients put the key there, with no password.</summary>
    private static string User(string credentials)
    {
        Span<byte> text = stackalloc byte[300];
        return Convert.TryFromBase64String(credentials, text, out var length) ? Encoding.UTF8.GetString(text[..length]).TrimEnd(':') : "";
    }

    /// <summary>The same key: replayed, in use, or misused. Keys are kept for 24 hours and at most 200000 of them.</summary>
    private Answer? Reserve(Ask ask, string key, UInt128 print)
    {
        if (key.Length > 255) return Error(ask, StripeError.Invalid("Idempotency keys must be at most 255 characters.", null));
        if (_slots.TryGetValue(key, out var slot) && ask.AtMs - slot.AtMs < 86_400_000)
        {
            if (slot.Print != print)
            {
                return Error(ask, new StripeError(400, "idempotency_error", null,
                    $"Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '{key}' if you meant to execute a different request.", null));
            }

            if (slot.Answer is null)
            {
                return Error(ask, new StripeError(409, "idempotency_error", "idempotency_key_in_use",
                    $"There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): {key}. Please try your request again in a bit.", null));
            }

            var original = slot.Answer.Headers.FirstOrDefault(h => h.Key == "Request-Id").Value;
            return slot.Answer.With("Idempotent-Replayed", "true").With("Original-Request", original ?? "");
        }

        _slots[key] = new Slot(print, ask.AtMs);
        _slotOrder.Enqueue(key);
        if (_slotOrder.Count > 200_000) _slots.Remove(_slotOrder.Dequeue());
        return null;
    }

    private sealed class Slot(UInt128 print, long atMs)
    {
        public UInt128 Print { get; } = print;
        public long AtMs { get; } = atMs;
        public Answer? Answer { get; set; }
    }
}
