using System.Globalization;
using System.Text;
using Busker.Simulator.Faults;

namespace Busker.Simulator.Stripe;

/// <summary>Report runs: the payout reconciliation and the balance change as CSV files.</summary>
internal sealed class Reports(Sandbox box)
{
    private const string Url = "/v1/reporting/report_runs";
    private static readonly string[] Types = ["payout_reconciliation.itemized.5", "balance_change_from_activity.itemized.3"];
    private string? _before;

    public IEnumerable<Route> Routes =>
    [
        new("POST", Url, Create, "payout_reconciliation.itemized.5 and balance_change_from_activity.itemized.3; faults of settlement files", "other report types, choosing columns"),
        new("GET", Url, call => Listing.Page(box, call, "report_run", Url), "newest first"),
        new("GET", Url + "/{id}", call => box.Store.Get("report_run", call.Id), "pending, then succeeded with its file"),
    ];

    private Thing Create(Call call)
    {
        var run = box.Make("report_run", "frr_1", 23);
        var type = call.Form.OneOf("report_type", Types) ?? throw StripeError.Required("report_type");
        var from = call.Form.Number("parameters[interval_start]") ?? 0;
        var until = call.Form.Number("parameters[interval_end]") ?? long.MaxValue;
        var payout = call.Form["parameters[payout]"];
        run["report_type"] = type;
        run["parameters"] = Raw.Of(json =>
        {
            json.WriteStartObject();
            if (from > 0) json.WriteNumber("interval_start", from);
            if (until < long.MaxValue) json.WriteNumber("interval_end", until);
            if (payout is not null) json.WriteString("payout", payout);
            json.WriteEndObject();
        });
        box.Store.Add(run);
        box.Later(TimeSpan.FromSeconds(10), () => Finish(run, type, from, until, payout));
        return run;
    }

    private void Finish(Thing run, string type, long from, long until, string? payout)
    {
        List<string> lines = ["automatic_payout_id,automatic_payout_effective_at,balance_transaction_id,created,available_on,currency,gross,fee,net,reporting_category,source_id,description,payment_intent_id,charge_id"];
        foreach (var t in box.Store.All("balance_transaction"))
        {
            var paid = t.Hidden as string;
            if (t.Number("created") < from || t.Number("created") >= until) continue;
            if (type == Types[0] && (t.Text("type") == "payout" || paid is null || (payout is not null && paid != payout))) continue;
            lines.Add(Line(t, paid));
        }

        var name = $"{type}-{run.Id}.csv";
        var text = FileFaults.Apply(box.Stage, "stripe", name, lines, 1, _before);
        _before = text;
        var file = Files.Store(box, "finance_report_run", name, Encoding.UTF8.GetBytes(text), "csv");
        run["result"] = file;
        run["status"] = "succeeded";
        run["succeeded_at"] = box.Now;
        box.Emit("reporting.report_run.succeeded", run);
    }

    private string Line(Thing t, string? payout)
    {
        var source = box.Store.Find("*", t.Text("source"));
        var charge = source?.Shape.Name == "charge" ? source.Id : source?.Shape.Has("charge") == true ? source.Text("charge") : null;
        var intent = source?.Shape.Has("payment_intent") == true ? source.Text("payment_intent") : null;
        var paidAt = box.Store.Find("payout", payout)?.Number("arrival_date");
        return string.Join(',', payout, paidAt is { } at ? Date(at) : "", t.Id, Date(t.Number("created")), Date(t.Number("available_on")), t.Text("currency"),
            Major(t, "amount"), Major(t, "fee"), Major(t, "net"), t.Text("reporting_category"), t.Text("source"), Quote(t.Text("description")), intent, charge);
    }

    private static string Major(Thing t, string field) => Currency.Of(t.Text("currency")!).Major(t.Number(field));

    private static string Quote(string? text) => text is null ? "" : text.AsSpan().IndexOfAny(",\"\n") < 0 ? text : "\"" + text.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";

    private static string Date(long seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
