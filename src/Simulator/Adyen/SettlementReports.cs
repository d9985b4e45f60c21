using System.Globalization;
using System.Text;
using Busker.Simulator.Core;
using Busker.Simulator.Faults;

namespace Busker.Simulator.Adyen;

/// <summary>The settlement detail report: a CSV file for each batch, announced by a REPORT_AVAILABLE notification and downloaded.</summary>
internal sealed class SettlementReports(Stage stage, Notifications notifications, Func<Uri?> address)
{
    private const string Company = "BuskerCompany";

    private static readonly string Header = string.Join(',',
        "Company Account", "Merchant Account", "Psp Reference", "Merchant Reference", "Payment Method", "Creation Date", "TimeZone", "Type", "Modification Reference",
        "Gross Currency", "Gross Debit (GC)", "Gross Credit (GC)", "Exchange Rate", "Net Currency", "Net Debit (NC)", "Net Credit (NC)", "Commission (NC)", "Markup (NC)",
        "Scheme Fees (NC)", "Interchange (NC)", "Payment Method Variant", "Modification Merchant Reference", "Batch Number",
        "Reserved4", "Reserved5", "Reserved6", "Reserved7", "Reserved8", "Reserved9", "Reserved10");

    private readonly Dictionary<string, string> _files = [];
    private string? _before;

    public void Write(Batch batch)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"settlement_detail_report_batch_{batch.Number}.csv");
        List<string> lines = [Header, .. batch.Lines.Select(l => Row(l, batch.Number))];
        _before = _files[name] = FileFaults.Apply(stage, "adyen", name, lines, 1, _before);
        var url = $"{address()}reports/download/MerchantAccount/{AdyenBox.Merchant}/{name}";
        notifications.Send(new Notice("REPORT_AVAILABLE", name, null, "", 0, batch.Lines[0].Currency, true, url));
    }

    public Answer Download(Ask ask) => _files.TryGetValue(ask.Values[1], out var text) && ask.Values[0] == AdyenBox.Merchant
        ? new Answer(200, Encoding.UTF8.GetBytes(text), "text/csv; charset=utf-8", ask.Values[1])
        : throw new AdyenError(404, "000", "validation", $"There is no report {ask.Values[1]}");

    private static string Row(Line line, int batch)
    {
        var payment = line.Payment;
        var (markup, scheme, interchange) = Fees(line);
        return string.Join(',',
            Company, AdyenBox.Merchant, payment?.Psp, Quote(payment?.Reference), payment?.Brand, Date(line.AtMs), "UTC", line.Type, Quote(line.Reference),
            payment is null ? "" : line.Currency, payment is null ? "" : Debit(line.Gross, line.Currency), payment is null ? "" : Credit(line.Gross, line.Currency),
            payment is null ? "" : "1", line.Currency, Debit(line.Net, line.Currency), Credit(line.Net, line.Currency), "", Amount(markup, line.Currency), Amount(scheme, line.Currency),
            Amount(interchange, line.Currency), payment is null ? "" : payment.Brand + (payment.Brand is "visa" or "mc" ? "credit" : ""), Quote(line.OwnReference),
            batch.ToString(CultureInfo.InvariantCulture), "", "", "", "", "", "", "");
    }

    /// <summary>What is withheld from a line: interchange and scheme fees of a settlement, everything else is markup.</summary>
    private static (long Markup, long Scheme, long Interchange) Fees(Line line)
    {
        if (line.Type != "Settled") return (line.Fee, 0, 0);
        var (interchange, scheme) = (line.Fee * 5 / 10, line.Fee * 2 / 10);
        return (line.Fee - interchange - scheme, scheme, interchange);
    }

    private static string Debit(long minor, string currency) => minor < 0 ? Amount(-minor, currency) : "";

    private static string Credit(long minor, string currency) => minor >= 0 ? Major(minor, currency) : "";

    private static string Amount(long minor, string currency) => minor == 0 ? "" : Major(minor, currency);

    private static string Major(long minor, string code)
    {
        var exponent = AdyenBox.Decimals(code);
        return (minor / (decimal)Math.Pow(10, exponent)).ToString("F" + exponent.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    private static string Quote(string? text) => text is null ? "" : text.AsSpan().IndexOfAny(",\"\n") < 0 ? text : "\"" + text.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";

    private static string Date(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
