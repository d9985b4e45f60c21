using System.Globalization;
using System.Text.Json;
using Busker.Kernel;
using Busker.Simulator.Core;

namespace Busker.Simulator.PayPal;

/// <summary>PayPal: orders, payments, vault, disputes, webhooks and reports, behind one door.</summary>
internal sealed class PayPalProvider : Provider
{
    private static readonly string[] Open = ["/v1/oauth2/", "/checkoutnow", "/agreements/", "/v1/notifications/certs/"];
    private readonly PayPalBox _box;
    private readonly Door _door;
    private readonly Replays _replays;
    private readonly Captures _captures;
    private readonly Disputes _disputes;

    public PayPalProvider(Stage stage)
        : base(stage, "paypal")
    {
        _box = new PayPalBox(stage);
        _door = new Door(_box);
        _replays = new Replays(_box);
        var shapes = new Shapes(_box);
        var sources = new Sources(_box);
        var vault = new Vault(_box, sources);
        var cashier = new Cashier(_box, new Acquirer(_box), shapes);
        _captures = new Captures(_box, shapes);
        _disputes = new Disputes(_box);
        cashier.Captured = _disputes.Foresee;
        _captures.RefundedInDispute = _disputes.Refunded;
        Endpoints =
        [
            _door.Endpoint, .. new Orders(_box, sources, cashier, shapes).Endpoints, .. new Authorizations(_box, cashier, shapes).Endpoints, .. _captures.Endpoints,
            .. vault.Endpoints, .. new DisputeActions(_box, _disputes).Endpoints, .. new Webhooks(_box).Endpoints, .. new Reports(_box).Endpoints,
            .. new Approval(_box, sources, vault, shapes).Endpoints,
        ];
    }

    internal override IReadOnlyList<Endpoint> Endpoints { get; }
    public override IReadOnlyList<(string Name, string Value)> Keys => [("client id", _door.Client), ("client secret", _door.Secret), ("merchant id", _box.Merchant)];

    public override string Snippet(Uri address) => $$"""
        const httpsAgent = Object.assign(new https.Agent(), { createConnection: () => net.connect({{address.Port}}, '{{address.Host}}') }); // the client knows no address but PayPal's
        const client = new Client({ clientCredentialsAuthCredentials: { oAuthClientId: '{{_door.Client}}', oAuthClientSecret: '{{_door.Secret}}' }, httpClientOptions: { httpsAgent } });
        await new OrdersController(client).createOrder({ body: { intent: 'CAPTURE', purchaseUnits: [{ amount: { currencyCode: 'USD', value: '10.99' } }] } });
        """;

    internal override string? KeyOf(Ask ask) => Replays.KeyOf(ask);

    internal override Answer? Admit(Ask ask)
    {
        _box.Origin = Origin(ask);
        if (Array.Exists(Open, p => ask.Path.StartsWith(p, StringComparison.Ordinal))) return null;
        var debugId = DebugId(ask);
        if (_door.Refusal(ask, debugId) is { } refused) return refused;
        if (Replays.Mocked(ask) is { } issue) return PayPalError.Of(issue, null, null, null).Answer(debugId);
        return _replays.Enter(ask, debugId);
    }

    internal override Answer Handle(Ask ask)
    {
        _box.Origin = Origin(ask);
        _box.Latest = null;
        try
        {
            var answer = base.Handle(ask);
            return answer.ContentType.StartsWith("application/json", StringComparison.Ordinal) && answer.Headers.Length == 0 ? answer.With("Paypal-Debug-Id", DebugId(ask)) : answer;
        }
        catch (PayPalError refused)
        {
            return refused.Answer(DebugId(ask));
        }
        catch (JsonException)
        {
            return PayPalError.Bad("MALFORMED_REQUEST_JSON", "/").Answer(DebugId(ask));
        }
    }

    internal override void Keep(Ask ask, Answer answer) => _replays.Keep(ask, answer);

    internal override Answer Unknown(Ask ask) => PayPalError.NoSuch().Answer(DebugId(ask));

    internal override Answer Refusal(Ask ask, int status) => PayPalError.Plain(status).Answer(DebugId(ask));

    internal override Result<string> OpenDispute(string chargeId, string reason) => _disputes.OpenByHand(chargeId, reason);

    internal override Result<string> FailRefund(string refundId) => _captures.Fail(refundId)
        ? $"{refundId} failed; its money is back with the merchant"
        : new Fault(Code.NotFound, "REFUND", $"there is no refund {refundId} that could fail");

    internal override int Decimals(string currency) => Wire.Places(currency);

    internal override IEnumerable<(string Id, string Charge, long Minor, string Currency, string Status)> Refunds =>
        _box.Refunds.Values.Reverse().Select(r => (r.Id, r.Capture.Id, r.Minor, r.Capture.Currency, r.Status switch { "FAILED" => "failed", "PENDING" => "pending", _ => "succeeded" }));

    /// <summary>The wire objects and the ledger against the books.</summary>
    internal override IEnumerable<string> Discrepancies()
    {
        var books = Stage.Till.Books;
        foreach (var currency in _box.Ledger.Currencies)
        {
            var lines = _box.Ledger.Postings.Where(p => p.Affects && p.Currency == currency).Sum(p => p.Gross + p.Fee);
            var held = _disputes.All.Values.Where(d => d.Currency == currency).Sum(d => d.Held);
            if (books.Balance(Name, currency, Account.Available) != lines) yield return $"paypal {currency}: the ledger sums to {lines}, the books say {books.Balance(Name, currency, Account.Available)} is available";
            if (books.Balance(Name, currency, Account.Pending) != held) yield return $"paypal {currency}: {held} is withheld by disputes, the books say {books.Balance(Name, currency, Account.Pending)}";
        }

        foreach (var group in _box.Captures.Values.Where(c => c.Status is not ("DECLINED" or "PENDING")).GroupBy(c => c.Truth))
        {
            var truth = group.Key;
            if (group.Sum(c => c.Minor) != truth.Captured) yield return $"paypal {truth.Id}: captures sum to {group.Sum(c => c.Minor)} against {truth.Captured}";
            if (group.Sum(c => c.Refunded) != truth.Refunded) yield return $"paypal {truth.Id}: refunds sum to {group.Sum(c => c.Refunded)} against {truth.Refunded}";
            if (group.Sum(c => c.Dispute?.Taken ?? 0) != truth.Disputed) yield return $"paypal {truth.Id}: disputes took {group.Sum(c => c.Dispute?.Taken ?? 0)} against {truth.Disputed}";
        }

        foreach (var a in _box.Authorizations.Values.Where(a => a.Parent is null && a.Status is "VOIDED" or "CAPTURED" or "DENIED"))
        {
            if (a.Truth.Held != 0) yield return $"paypal {a.Id}: {a.Status} and still holds {a.Truth.Held}";
        }
    }

    /// <summary>Clients that believe they speak to PayPal itself still get links that lead here.</summary>
    private string Origin(Ask ask) =>
        ask.Origin.EndsWith(".paypal.com", StringComparison.OrdinalIgnoreCase) && Address is { } here ? here.GetLeftPart(UriPartial.Authority) : ask.Origin;

    /// <summary>Thirteen hexadecimal digits, the same in every run.</summary>
    public static string DebugId(Ask ask) => "f" + ask.Draw("debug").Next().ToString("x16", CultureInfo.InvariantCulture)[..12];
}
