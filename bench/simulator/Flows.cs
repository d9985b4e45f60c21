using System.Globalization;

namespace Busker.Bench.Simulator;

/// <summary>One captured payment in one request, for each provider.</summary>
internal static class Flows
{
    public static readonly Shot Stripe = Shot.Form("POST", "/v1/payment_intents", "amount=1099&currency=usd&payment_method=pm_card_visa&payment_method_types[]=card&confirm=true");

    public static Shot Adyen(Served served) => Shot.Json("/v71/payments", """
        {"merchantAccount":"BuskerTest","reference":"order","returnUrl":"https://example.com","amount":{"value":1099,"currency":"EUR"},"paymentMethod":{"type":"scheme","number":"4111111111111111","expiryMonth":"03","expiryYear":"2030","cvc":"737"}}
        """.Trim(), ("X-API-Key", served.Keys["api key"]));

    public static async Task<Shot> PayPalAsync(Served served)
    {
        var basic = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{served.Keys["client id"]}:{served.Keys["client secret"]}"));
        var token = await Wrk.FillAsync(served.Address, new Shot("POST", "/v1/oauth2/token", "grant_type=client_credentials", null, ("Content-Type", "application/x-www-form-urlencoded"), ("Authorization", "Basic " + basic)), 1);
        return Shot.Json("/v2/checkout/orders", """
            {"intent":"CAPTURE","purchase_units":[{"amount":{"currency_code":"USD","value":"10.99"}}],"payment_source":{"card":{"number":"4012888888881881","expiry":"2030-01","security_code":"123"}}}
            """.Trim(), ("Authorization", "Bearer " + token)) with { Key = "PayPal-Request-Id" };
    }

    /// <summary>A fresh simulator per provider and turn; Stripe's twice, the second time with an idempotency key per payment.</summary>
    public static async Task MeasureAsync(int seconds, int turns, Action<string, string, double, string, double> row)
    {
        for (var turn = 1; turn <= turns; turn++)
        {
            foreach (var provider in (string[])["stripe", "adyen", "paypal"])
            {
                using var served = Served.Start(provider);
                var shot = provider switch { "stripe" => Stripe, "adyen" => Adyen(served), _ => await PayPalAsync(served) };
                Wrk.Run(served.Address, shot, 3); // warms up
                Shot[] shots = provider == "stripe" ? [shot, shot with { Key = "Idempotency-Key" }] : [shot];
                foreach (var each in shots)
                {
                    var what = $"payment flow of {provider}" + (each.Key is null || provider != "stripe" ? "" : " with idempotency key");
                    row(what, turn.ToString(CultureInfo.InvariantCulture), Wrk.Run(served.Address, each, seconds), "target", 5_000);
                }
            }
        }
    }
}
