using System.Collections.Frozen;

namespace Busker.Simulator.Stripe;

/// <summary>What <c>expand[]</c> may name at the first level of an endpoint's answer.</summary>
internal sealed class Expandable
{
    /// <summary>Fields that are left out unless asked for, or that earlier API versions had.</summary>
    private static readonly FrozenSet<string> Included = ((string[])
    [
        "application_fee", "cash_balance", "charge", "charges", "confirmation_secret", "currency_options", "default_source", "fee_refunds", "invoice",
        "invoice_credit_balance", "payment_intent", "payments", "pending_setup_intent", "refunds", "review", "sources", "subscription", "subscriptions", "tax_ids", "tiers",
    ]).ToFrozenSet(StringComparer.Ordinal);

    private readonly Shape _shape;
    private readonly bool _list;

    private Expandable(Shape shape, bool list) => (_shape, _list) = (shape, list);

    /// <summary>From the path: null where the answer's kind cannot be told from it, and everything may be named.</summary>
    public static Expandable? Of(string method, string template)
    {
        var parts = template.Split('/');
        if (parts.Length is < 3 or > 5 || method == "DELETE") return null;
        if (parts.Length == 5 && (method == "GET" || Shape.Known.ContainsKey(parts[4].TrimEnd('s')))) return null;
        if (!Shape.Known.TryGetValue(parts[2].TrimEnd('s'), out var shape)) return null;
        return new(shape, method == "GET" && (parts.Length == 3 || parts[3] == "search"));
    }

    public void Check(Expand asked)
    {
        foreach (var field in asked.Fields)
        {
            if (_list ? field == "data" || field == "total_count" : Allows(field)) continue;
            var hint = _list && Allows(field) ? $" You may want to try expanding 'data.{field}' instead." : "";
            throw StripeError.Invalid($"This property cannot be expanded ({field}).{hint}", "expand");
        }

        if (!_list || asked.Child("data") is not { } data) return;
        foreach (var field in data.Fields)
        {
            if (!Allows(field)) throw StripeError.Invalid($"This property cannot be expanded ({field}).", "expand");
        }
    }

    private bool Allows(string field)
    {
        if (Included.Contains(field)) return true;
        if (!_shape.Has(field) || field is "id" or "object" or "metadata" or "status" or "currency") return false;
        var at = _shape.At(field);
        return _shape.Expands[at] is not null || _shape.Defaults[at] is not (long or bool);
    }
}
