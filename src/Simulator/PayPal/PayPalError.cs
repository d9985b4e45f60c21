using System.Text.Json.Nodes;
using Busker.Simulator.Core;

namespace Busker.Simulator.PayPal;

/// <summary>A request that PayPal refuses: a name for the family, and an issue with the field it is about.</summary>
internal sealed class PayPalError(int status, string name, string message, JsonObject? detail = null, JsonObject? link = null) : Exception(message)
{
    public int Status => status;

    /// <summary>400: the request is not well formed. <paramref name="field"/> is a JSON pointer.</summary>
    public static PayPalError Bad(string issue, string field, string? value = null, string location = "body") => Of(issue, field, value, location, 400);

    public static PayPalError Missing(string field, string location = "body") => Bad("MISSING_REQUIRED_PARAMETER", field, "", location);

    /// <summary>422: well formed, and not possible.</summary>
    public static PayPalError Cannot(string issue, string? field = null, string? value = null, JsonObject? link = null) => Of(issue, field, value, "body", null, link);

    public static PayPalError NoSuch() => Of("INVALID_RESOURCE_ID", null, null, null);

    /// <summary>The error that an issue belongs to, as the table of issues says.</summary>
    public static PayPalError Of(string issue, string? field, string? value, string? location, int? status = null, JsonObject? link = null)
    {
        var known = Issues.Find(issue);
        var code = status ?? known?.Status ?? 422;
        var detail = new JsonObject();
        if (field is not null)
        {
            detail["field"] = field;
            if (value is not null) detail["value"] = value;
            detail["location"] = location ?? "body";
        }

        detail["issue"] = issue;
        detail["description"] = known?.Description ?? "The requested action could not be performed.";
        var (name, message) = Issues.Family(code);
        return new PayPalError(code, name, message, detail, link);
    }

    /// <summary>An error without an issue of its own: 401, 429, 5xx.</summary>
    public static PayPalError Plain(int status)
    {
        var (name, message) = Issues.Family(status);
        return new PayPalError(status, name, message);
    }

    public Answer Answer(string debugId)
    {
        var body = new JsonObject { ["name"] = name };
        if (detail is not null) body["details"] = new JsonArray(detail.DeepClone());
        body["message"] = Message;
        body["debug_id"] = debugId;
        var links = new JsonArray();
        if (link is not null) links.Add(link.DeepClone());
        var about = detail is null ? "" : "#error-" + Wire.Text(detail, "issue");
        links.Add((JsonNode)Wire.Link("https://developer.paypal.com/api/rest/responses/" + about, "information_link", "GET"));
        body["links"] = links;
        return Wire.Json(status, body).With("Paypal-Debug-Id", debugId);
    }
}
