using System.Text.Json;

namespace Busker.Simulator.Stripe;

/// <summary>What an object leaves out unless it is expanded.</summary>
internal static class Included
{
    public static void Write(Utf8JsonWriter json, Thing thing, Store store, Expand expand)
    {
        switch (thing.Shape.Name)
        {
            case "charge" when expand.Child("refunds") is { } below:
                List(json, "refunds", $"/v1/charges/{thing.Id}/refunds", store.All("refund").Where(r => r.Text("charge") == thing.Id).Reverse(), store, below);
                break;
            case "customer" when expand.Child("subscriptions") is { } below:
                List(json, "subscriptions", $"/v1/customers/{thing.Id}/subscriptions", store.All("subscription").Where(s => s.Text("customer") == thing.Id && !s.Is("canceled")).Reverse(), store, below);
                break;
            case "invoice":
                if (expand.Child("payments") is { } payments) List(json, "payments", $"/v1/invoice_payments?invoice={thing.Id}", thing.Hidden is Thing payment ? [payment] : [], store, payments);
                if (expand.Child("confirmation_secret") is not null) Secret(json, thing, store);
                break;
        }
    }

    /// <summary>With what a client confirms the payment that the invoice waits for.</summary>
    private static void Secret(Utf8JsonWriter json, Thing invoice, Store store)
    {
        json.WritePropertyName("confirmation_secret");
        if (invoice.Hidden is not Thing payment || store.Find("payment_intent", Invoices.IntentOf(payment)) is not { } intent)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        json.WriteString("client_secret", intent.Text("client_secret"));
        json.WriteString("type", "payment_intent");
        json.WriteEndObject();
    }

    private static void List(Utf8JsonWriter json, string name, string url, IEnumerable<Thing> items, Store store, Expand expand)
    {
        json.WritePropertyName(name);
        new Sublist(url, [.. items]).Write(json, store, expand);
    }
}
