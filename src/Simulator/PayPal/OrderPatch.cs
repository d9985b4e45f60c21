using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Busker.Simulator.Core;

namespace Busker.Simulator.PayPal;

/// <summary>PATCH of an order: only the documented attributes, by reference id, and the result must still be a valid order.</summary>
internal sealed partial class OrderPatch(PayPalBox box)
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["amount"] = ["replace"], ["items"] = ["replace", "add", "remove"], ["description"] = ["replace", "add", "remove"],
        ["custom_id"] = ["replace", "add", "remove"], ["invoice_id"] = ["replace", "add", "remove"], ["soft_descriptor"] = ["replace", "remove"],
        ["shipping/name"] = ["replace", "add"], ["shipping/address"] = ["replace", "add"], ["shipping/type"] = ["replace", "add"],
    };

    public Answer Patch(Ask ask)
    {
        var order = PayPalBox.Find(box.Orders, ask.Values[0]);
        var changes = PayPalBox.ReadChanges(ask);
        if (!order.Open) throw PayPalError.Cannot("ORDER_ALREADY_COMPLETED");
        var units = order.Units.Select(u => (JsonObject)u.Asked.DeepClone()).ToList();
        var (intent, payer) = (order.Intent, order.Payer);
        for (var i = 0; i < changes.Count; i++)
        {
            var op = Wire.Text(changes[i], "op") ?? throw PayPalError.Missing($"/{i}/op");
            var path = Wire.Text(changes[i], "path") ?? throw PayPalError.Missing($"/{i}/path");
            if (op is not ("add" or "replace" or "remove")) throw PayPalError.Bad("INVALID_PARAMETER_VALUE", $"/{i}/op", op);
            var value = changes[i]!["value"];
            if (op != "remove" && value is null) throw PayPalError.Cannot("PATCH_VALUE_REQUIRED", path);
            if (path == "/intent" && op == "replace") intent = OrderRules.Intent(value);
            else if (path == "/payer" && op != "remove") payer = value as JsonObject ?? throw PayPalError.Bad("INVALID_PARAMETER_SYNTAX", path);
            else Apply(units, path, op, value);
        }

        order.Units = OrderRules.Units(new JsonArray([.. units]), intent);
        order.Intent = intent;
        order.Payer = (JsonObject?)Wire.Copy(payer);
        order.UpdatedMs = box.Now;
        return new Answer(204, default, "application/json", order.Id);
    }

    private static void Apply(List<JsonObject> units, string path, string op, JsonNode? value)
    {
        if (!path.StartsWith('/')) throw PayPalError.Cannot("INVALID_JSON_POINTER_FORMAT", path);
        var match = UnitPath().Match(path);
        if (!match.Success) throw PayPalError.Cannot("NOT_PATCHABLE", path);
        var at = units.FindIndex(u => Wire.Text(u, "reference_id") == match.Groups[1].Value);
        if (match.Groups[2].Value.Length == 0)
        {
            if (op == "remove" || value is not JsonObject whole) throw PayPalError.Cannot("NOT_PATCHABLE", path);
            var added = (JsonObject)whole.DeepClone();
            added["reference_id"] ??= match.Groups[1].Value;
            if (op == "add" && at < 0) units.Add(added);
            else if (op == "replace" && at >= 0) units[at] = added;
            else throw PayPalError.Cannot("INVALID_PATCH_OPERATION", path);
            return;
        }

        if (at < 0) throw PayPalError.Cannot("REFERENCE_ID_NOT_FOUND", path, match.Groups[1].Value);
        var attribute = match.Groups[2].Value[1..];
        if (!Allowed.TryGetValue(attribute, out var ops) || !ops.Contains(op)) throw PayPalError.Cannot("NOT_PATCHABLE", path);
        var names = attribute.Split('/');
        var holder = units[at];
        if (names.Length == 2) holder = (holder[names[0]] ??= new JsonObject()) as JsonObject ?? throw PayPalError.Bad("INVALID_PARAMETER_SYNTAX", path);
        var present = holder[names[^1]] is not null;
        if (present == (op == "add")) throw PayPalError.Cannot("INVALID_PATCH_OPERATION", path);
        if (op == "remove") holder.Remove(names[^1]);
        else holder[names[^1]] = Wire.Copy(value);
    }

    [GeneratedRegex(@"^/purchase_units/@reference_id=='([^']*)'((?:/[a-z_]+)*)$")]
    private static partial Regex UnitPath();
}
