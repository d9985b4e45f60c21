using System.Globalization;
using System.Runtime.InteropServices;
using Busker.Simulator.Core;
using Busker.Simulator.Faults;

namespace Busker.Simulator.PayPal;

/// <summary>One line of the account: gross and fee in minor units, negative when they leave the merchant. Codes are PayPal's T-codes.</summary>
internal sealed record Posting(string Id, string Code, long Gross, long Fee, string Currency)
{
    public string? ReferenceId { get; init; }

    /// <summary>ODR for an order, TXN for another transaction.</summary>
    public string? ReferenceType { get; init; }
    public string? InvoiceId { get; init; }
    public string? CustomId { get; init; }
    public Buyer? Buyer { get; init; }
    public string? Instrument { get; init; }

    /// <summary>Whether the balance changes; authorizations do not.</summary>
    public bool Affects { get; init; } = true;
    public long AtMs { get; init; }

    /// <summary>The balance of its currency after it.</summary>
    public long Balance { get; init; }
}

/// <summary>The account's history. Each UTC day that saw money ends with a sweep to the bank and a settlement report.</summary>
internal sealed class Ledger(PayPalBox box)
{
    private const long DayMs = 86_400_000;
    private readonly List<Posting> _postings = [];
    private readonly Dictionary<string, long> _balances = [];
    private readonly Dictionary<string, long> _opening = [];
    private readonly List<(string Name, string Text, long AtMs)> _files = [];
    private int _reported;
    private bool _closing;

    public IReadOnlyList<Posting> Postings => _postings;
    public IReadOnlyList<(string Name, string Text, long AtMs)> Files => _files;
    public IEnumerable<string> Currencies => _balances.Keys.Order(StringComparer.Ordinal);

    public long Balance(string currency) => _balances.GetValueOrDefault(currency);

    public void Post(Posting posting) => Post(posting, box.Now);

    /// <summary>Writes down what changes no balance.</summary>
    public void Note(string id, string code, long gross, string currency, string reference) =>
        _postings.Add(new Posting(id, code, gross, 0, currency) { ReferenceId = reference, ReferenceType = "TXN", Affects = false, AtMs = box.Now, Balance = Balance(currency) });

    private void Post(Posting posting, long atMs)
    {
        ref var balance = ref CollectionsMarshal.GetValueRefOrAddDefault(_balances, posting.Currency, out _);
        balance += posting.Gross + posting.Fee;
        _postings.Add(posting with { AtMs = atMs, Balance = balance });
        if (_closing) return;
        _closing = true;
        box.Stage.Clock.ScheduleLast(((box.Now / DayMs) + 1) * DayMs, "paypal day", CloseDay);
    }

    private void CloseDay()
    {
        _closing = true;
        var end = box.Now;
        var last = end - 1_000;
        foreach (var currency in Currencies.ToArray())
        {
            if (Balance(currency) is not (> 0 and var sum)) continue;
            var id = Ids.Capitals(box.Stage.Seed, string.Create(CultureInfo.InvariantCulture, $"sweep {currency} {end}"), "transfer", 17);
            box.Till.PayOut("paypal", currency, sum);
            Post(new Posting(id, "T0401", -sum, 0, currency), last);
        }

        var day = DateTimeOffset.FromUnixTimeMilliseconds(last);
        var name = string.Create(CultureInfo.InvariantCulture, $"STL-{day:yyyyMMdd}.01.009.CSV");
        var lines = Settlement.Lines(box.Merchant, end, _postings.Skip(_reported).Where(p => p.Affects).OrderBy(p => p.AtMs).ThenBy(p => p.Id, StringComparer.Ordinal), _opening, _balances);
        _files.Add((name, FileFaults.Apply(box.Stage, "paypal", name, lines, Settlement.HeaderLines, _files.Count > 0 ? _files[^1].Text : null), end));
        foreach (var (currency, balance) in _balances) _opening[currency] = balance;
        _reported = _postings.Count;
        _closing = false;
    }
}

/// <summary>The settlement report as PayPal puts it on its SFTP server: RH FH SH CH, SB lines, then footers and counts. Amounts are minor units without a sign.</summary>
internal static class Settlement
{
    public const int HeaderLines = 4;

    private static readonly string[] Columns =
    [
        "Transaction ID", "Invoice ID", "PayPal Reference ID", "PayPal Reference ID Type", "Transaction Event Code", "Transaction Initiation Date",
        "Transaction Completion Date", "Transaction Debit or Credit", "Gross Transaction Amount", "Gross Transaction Currency", "Fee Debit or Credit", "Fee Amount",
        "Fee Currency", "Custom Field", "Consumer ID", "Payment Tracking ID", "Store ID", "Bank Reference ID", "Credit Transactional Fee", "Credit Promotional Fee", "Credit Term",
    ];

    public static List<string> Lines(string merchant, long endMs, IEnumerable<Posting> postings, IReadOnlyDictionary<string, long> opening, IReadOnlyDictionary<string, long> closing)
    {
        var body = postings.ToArray();
        var lines = new List<string>
        {
            $"\"RH\",{Stamp(endMs)},\"A\",\"{merchant}\",009",
            "\"FH\",01",
            $"\"SH\",{Stamp(endMs - 86_400_000)},{Stamp(endMs - 1_000)},\"{merchant}\",\"\"",
            "\"CH\"," + string.Join(',', Columns.Select(c => $"\"{c}\"")),
        };
        lines.AddRange(body.Select(Line));
        string[] footers = [.. closing.Keys.Order(StringComparer.Ordinal).Select(c => Footer(c, body, opening.GetValueOrDefault(c), closing[c]))];
        lines.AddRange(footers.Select(f => "\"SF\"," + f));
        lines.Add($"\"SC\",{body.Length}");
        lines.AddRange(footers.Select(f => "\"RF\"," + f));
        lines.Add($"\"RC\",{body.Length}");
        lines.Add($"\"FF\",{body.Length}");
        return lines;
    }

    private static string Line(Posting p)
    {
        var fee = p.Fee == 0 ? "\"\",,\"\"" : $"\"{Side(p.Fee)}\",{Math.Abs(p.Fee)},\"{p.Currency}\"";
        return string.Create(CultureInfo.InvariantCulture, $"\"SB\",\"{p.Id}\",\"{Quote(p.InvoiceId)}\",\"{p.ReferenceId}\",\"{p.ReferenceType}\",\"{p.Code}\",{Stamp(p.AtMs)},{Stamp(p.AtMs)},\"{Side(p.Gross)}\",{Math.Abs(p.Gross)},\"{p.Currency}\",{fee},\"{Quote(p.CustomId)}\",\"{p.Buyer?.PayerId}\",\"\",\"\",\"\",,,\"\"");
    }

    /// <summary>
    /// Currency; gross credits and debits; fee credits and debits; then each with its side, before and after: the balance, what is available of it,
    /// and what is payable (all that is available is swept daily, so nothing waits to be paid); the number of lines.
    /// </summary>
    private static string Footer(string currency, Posting[] body, long opening, long closing)
    {
        var own = body.Where(p => p.Currency == currency).ToArray();
        long Sum(Func<Posting, long> of, int sign) => own.Select(of).Where(v => Math.Sign(v) == sign).Sum(Math.Abs);
        var both = $"\"{Side(opening)}\",{Math.Abs(opening)},\"{Side(closing)}\",{Math.Abs(closing)}";
        return $"\"{currency}\",{Sum(p => p.Gross, 1)},{Sum(p => p.Gross, -1)},{Sum(p => p.Fee, 1)},{Sum(p => p.Fee, -1)},{both},{both},\"CR\",0,\"CR\",0,{own.Length}";
    }

    private static string Side(long minor) => minor < 0 ? "DR" : "CR";

    private static string? Quote(string? text) => text?.Replace("\"", "\"\"", StringComparison.Ordinal);

    private static string Stamp(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy/MM/dd HH:mm:ss '+0000'", CultureInfo.InvariantCulture);
}
