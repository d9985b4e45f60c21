namespace Busker.Simulator.Stripe;

/// <summary>
/// <c>automatic_payment_methods</c>: which methods of payment an intent takes is set in the Dashboard, and some of them lead the shopper away.
/// Since API version 2023-08-16 intents are so unless they name their methods.
/// </summary>
internal static class Automatic
{
    private static readonly Raw Always = new("{\"allow_redirects\":\"always\",\"enabled\":true}"u8.ToArray());
    private static readonly Raw Never = new("{\"allow_redirects\":\"never\",\"enabled\":true}"u8.ToArray());

    public static Raw? Of(Call call)
    {
        var redirects = call.Form.OneOf("automatic_payment_methods[allow_redirects]", "always", "never");
        var enabled = call.Form.Flag("automatic_payment_methods[enabled]")
            ?? (string.CompareOrdinal(call.Version, "2023-08-16") >= 0 && !call.Form.HasAny("payment_method_types") && !call.Form.HasAny("allowed_payment_method_types"));
        return !enabled ? null : redirects == "never" ? Never : Always;
    }

    /// <summary>Confirming needs an address to come back to, as long as the shopper may be led away.</summary>
    public static void NeedsReturn(Thing intent, Terms terms)
    {
        if (terms.ReturnUrl is not null || !ReferenceEquals(intent["automatic_payment_methods"], Always)) return;
        var name = intent.Shape.Name == "payment_intent" ? "PaymentIntent" : "SetupIntent";
        throw StripeError.Invalid(
            $"This {name} is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents.",
            "return_url");
    }
}
