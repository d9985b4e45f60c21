using System.Globalization;
using System.Text.Json.Nodes;
using Busker.Simulator.Core;
using Microsoft.AspNetCore.WebUtilities;

namespace Busker.Simulator.PayPal;

/// <summary>Transaction search, balances, and the settlement reports of past days.</summary>
internal sealed class Reports(PayPalBox box)
{
    private static readonly TimeSpan Widest = TimeSpan.FromDays(31);

    public IEnumerable<Endpoint> Endpoints =>
    [
        new("GET", "/v1/reporting/transactions", Search, "up to 31 days, by id, event code, status, amount, currency and instrument, by pages, fields", "the three hours until a transaction appears, cart, shipping and store data"),
        new("GET", "/v1/reporting/balances", Balances, "total, available and withheld by currency, now or at a moment"),
        new("GET", "/ppreports/outgoing", Listing, "the settlement reports there are, as a directory of the SFTP server"),
        new("GET", "/ppreports/outgoing/{file}", File, "STL-yyyymmdd.01.009.CSV of a UTC day that saw money, after its end; faults of settlement files", "SFTP itself, other reports"),
    ];

    private Answer Search(Ask ask)
    {
        var query = QueryHelpers.ParseQuery(ask.Query);
        string? Text(string name) => query.TryGetValue(name, out var value) ? value.ToString() : null;
        var from = Moment(Text("start_date"), "start_date");
        var to = Moment(Text("end_date"), "end_date");
        if (to < from || to - from > Widest) throw PayPalError.Bad("INVALID_PARAMETER_VALUE", "end_date", Text("end_date"), "query");
        var size = Number(Text("page_size"), 100, 500, "page_size");
        var page = Number(Text("page"), 1, int.MaxValue, "page");
        var range = Text("transaction_amount")?.Split(" TO ");
        var found = box.Ledger.Postings.Where(p =>
            p.AtMs >= from.ToUnixTimeMilliseconds() && p.AtMs <= to.ToUnixTimeMilliseconds()
            && (p.Affects || Text("balance_affecting_records_only") == "N")
            && (Text("transaction_id") is not { } id || p.Id == id)
            && (Text("transaction_type") is not { } type || p.Code == type)
            && (Text("transaction_status") is not { } status || Status(p) == status)
            && (Text("transaction_currency") is not { } currency || p.Currency == currency)
            && (Text("payment_instrument_type") is not { } instrument || p.Instrument == instrument)
            && (range is not [var low, var high] || (Math.Abs(p.Gross) >= Minor(low) && Math.Abs(p.Gross) <= Minor(high)))).ToArray();
        var fields = Text("fields") ?? "transaction_info";
        var pages = Math.Max(1, (found.Length + size - 1) / size);
        return Wire.Json(200, new JsonObject
        {
            ["transaction_details"] = new JsonArray([.. found.Skip(page > pages ? found.Length : (page - 1) * size).Take(size).Select(p => (JsonNode)Shape(p, fields))]),
            ["account_number"] = box.Merchant, ["start_date"] = Long(from), ["end_date"] = Long(to), ["last_refreshed_datetime"] = Long(box.Stage.Clock.GetUtcNow()),
            ["page"] = page, ["total_items"] = found.Length, ["total_pages"] = pages, ["links"] = Links(ask, page, pages),
        });
    }

    private JsonArray Links(Ask ask, int page, int pages)
    {
        JsonObject At(int number, string rel)
        {
            var query = QueryHelpers.ParseQuery(ask.Query).ToDictionary(p => p.Key, p => (string?)p.Value.ToString());
            query["page"] = number.ToString(CultureInfo.InvariantCulture);
            return box.Link(QueryHelpers.AddQueryString(ask.Path, query), rel, "GET");
        }

        var links = new JsonArray(At(page, "self"));
        if (pages > 1) links.Add((JsonNode)At(1, "first"));
        if (page > 1) links.Add((JsonNode)At(page - 1, "prev"));
        if (page < pages) links.Add((JsonNode)At(page + 1, "next"));
        if (pages > 1) links.Add((JsonNode)At(pages, "last"));
        return links;
    }

    private static JsonObject Shape(Posting p, string fields)
    {
        var info = new JsonObject { ["transaction_id"] = p.Id };
        if (p.Buyer is { } payer) info["paypal_account_id"] = payer.PayerId;
        if (p.ReferenceId is not null) (info["paypal_reference_id"], info["paypal_reference_id_type"]) = (p.ReferenceId, p.ReferenceType);
        info["transaction_event_code"] = p.Code;
        info["transaction_initiation_date"] = Long(DateTimeOffset.FromUnixTimeMilliseconds(p.AtMs));
        info["transaction_updated_date"] = Long(DateTimeOffset.FromUnixTimeMilliseconds(p.AtMs));
        info["transaction_amount"] = Wire.Money(p.Gross, p.Currency);
        if (p.Fee != 0) info["fee_amount"] = Wire.Money(p.Fee, p.Currency);
        info["transaction_status"] = Status(p);
        info["ending_balance"] = Wire.Money(p.Balance, p.Currency);
        info["available_balance"] = Wire.Money(p.Balance, p.Currency);
        if (p.InvoiceId is not null) info["invoice_id"] = p.InvoiceId;
        if (p.CustomId is not null) info["custom_field"] = p.CustomId;
        info["protection_eligibility"] = "01";
        if (p.Instrument is not null) info["instrument_type"] = p.Instrument;
        var shown = new JsonObject { ["transaction_info"] = info };
        if (p.Buyer is { } buyer && (fields == "all" || fields.Contains("payer_info", StringComparison.Ordinal)))
        {
            shown["payer_info"] = new JsonObject
            {
                ["account_id"] = buyer.PayerId, ["email_address"] = buyer.Email, ["payer_status"] = "Y", ["country_code"] = buyer.Country,
                ["payer_name"] = new JsonObject { ["given_name"] = buyer.Given, ["surname"] = buyer.Surname, ["alternate_full_name"] = $"{buyer.Given} {buyer.Surname}" },
            };
        }

        return shown;
    }

    private Answer Balances(Ask ask)
    {
        var query = QueryHelpers.ParseQuery(ask.Query);
        var at = query.TryGetValue("as_of_time", out var text) ? Moment(text.ToString(), "as_of_time") : box.Stage.Clock.GetUtcNow();
        var wanted = query.TryGetValue("currency_code", out var currency) ? currency.ToString() : "ALL";
        var postings = box.Ledger.Postings.Where(p => p.Affects && p.AtMs <= at.ToUnixTimeMilliseconds()).ToArray();
        var list = new JsonArray();
        foreach (var code in box.Ledger.Currencies.DefaultIfEmpty("USD").Where(c => wanted == "ALL" || c == wanted))
        {
            var own = postings.Where(p => p.Currency == code).ToArray();
            var available = own.Sum(p => p.Gross + p.Fee);
            var withheld = -own.Where(p => p.Code is "T1110" or "T1111").Sum(p => p.Gross);
            list.Add((JsonNode)new JsonObject
            {
                ["currency"] = code, ["primary"] = code == "USD", ["total_balance"] = Wire.Money(available + withheld, code),
                ["available_balance"] = Wire.Money(available, code), ["withheld_balance"] = Wire.Money(withheld, code),
            });
        }

        return Wire.Json(200, new JsonObject { ["balances"] = list, ["account_id"] = box.Merchant, ["as_of_time"] = Wire.Time(at.ToUnixTimeMilliseconds()), ["last_refresh_time"] = Wire.Time(box.Now) });
    }

    private Answer Listing(Ask ask) => Wire.Json(200, new JsonObject
    {
        ["files"] = new JsonArray([.. box.Ledger.Files.Select(f => (JsonNode)new JsonObject { ["name"] = f.Name, ["size"] = f.Text.Length, ["create_time"] = Wire.Time(f.AtMs) })]),
    });

    private Answer File(Ask ask)
    {
        var file = box.Ledger.Files.LastOrDefault(f => f.Name == ask.Values[0]);
        return file.Text is null ? throw PayPalError.NoSuch() : Answer.Text(200, file.Text, "text/csv; charset=utf-8") with { Subject = file.Name };
    }

    private static string Status(Posting p) => p.Affects ? "S" : "P";

    private static string Long(DateTimeOffset at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss'+0000'", CultureInfo.InvariantCulture);

    private static long Minor(string text) => long.TryParse(text, CultureInfo.InvariantCulture, out var value) ? value : throw PayPalError.Bad("INVALID_PARAMETER_SYNTAX", "transaction_amount", text, "query");

    private static int Number(string? text, int otherwise, int most, string name)
    {
        if (text is null) return otherwise;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= 1 && value <= most ? value : throw PayPalError.Bad("INVALID_PARAMETER_VALUE", name, text, "query");
    }

    private static DateTimeOffset Moment(string? text, string name)
    {
        if (text is null) throw PayPalError.Missing(name, "query");
        return DateTimeOffset.TryParse(text.Replace(' ', '+'), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at.ToUniversalTime() : throw PayPalError.Bad("INVALID_PARAMETER_SYNTAX", name, text, "query");
    }
}
