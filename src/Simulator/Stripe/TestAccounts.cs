namespace Busker.Simulator.Stripe;

/// <summary>How a bank account answers a debit: the failure that it ends in ("" when its bank says no more than that it failed), or null.</summary>
internal sealed record BankBehaviour(string Name, string? Failure = null, bool Delayed = false, bool Disputed = false, bool Stays = false, string? Refused = null);

/// <summary>The test accounts of docs.stripe.com/testing: SEPA by IBAN, US by account number, both by token.</summary>
internal static class TestAccounts
{
    private static readonly BankBehaviour Success = new("success");

    private static readonly BankBehaviour[] Behaviours =
    [
        Success, new("successDelayed", Delayed: true), new("failed", ""), new("failedDelayed", "", Delayed: true),
        new("disputed", Disputed: true), new("dispute", Disputed: true), new("processing", Stays: true),
        new("exceedsWeeklyVolumeLimit", "charge_exceeds_source_limit"), new("exceedsWeeklyTransactionLimit", "charge_exceeds_weekly_limit"),
        new("weeklyLimitExceeded", "charge_exceeds_source_limit"), new("insufficientFunds", "insufficient_funds"),
        new("accountClosed", "account_closed"), new("noAccount", "no_account"), new("debitNotAuthorized", "debit_not_authorized"),
        new("invalidCurrency", "invalid_currency"), new("riskLevelHighest", "highest_risk_level"), new("tokenDeactivated", "tokenized_account_number_deactivated"),
        new("bankNotSupported", Refused: "sepa_debit_bank_not_supported"), new("debitsNotSupported", Refused: "sepa_debit_debits_not_supported"),
    ];

    private static readonly Dictionary<string, BankBehaviour> ByName = Behaviours.ToDictionary(b => b.Name);

    /// <summary>success, successDelayed, failed, failedDelayed, disputed: five of each country.</summary>
    private static readonly string[] Ibans =
    [
        "AT611904300234573201 AT321904300235473204 AT861904300235473202 AT051904300235473205 AT591904300235473203",
        "BE62510007547061 BE78510007547064 BE68539007547034 BE51510007547065 BE08510007547063",
        "HR7624020064583467589 HR6323600002337876649 HR2725000096983499248 HR6723600004878117427 HR8724840081455523553",
        "EE382200221020145685 EE222200221020145682 EE762200221020145680 EE922200221020145683 EE492200221020145681",
        "FI2112345600000785 FI3712345600000788 FI9112345600000786 FI1012345600000789 FI6412345600000787",
        "FR1420041010050500013M02606 FR3020041010050500013M02609 FR8420041010050500013M02607 FR7920041010050500013M02600 FR5720041010050500013M02608",
        "DE89370400440532013000 DE08370400440532013003 DE62370400440532013001 DE78370400440532013004 DE35370400440532013002",
        "GI60MPFS599327643783385 GI08RRNW626436291644533 GI41SAFA461293238477751 GI50LROG772261344693297 GI26KJBC361883934534696",
        "IE29AIBK93115212345678 IE24AIBK93115212345671 IE02AIBK93115212345679 IE94AIBK93115212345672 IE51AIBK93115212345670",
        "LI0508800636123378777 LI4408800387787111369 LI1208800143823175626 LI4908800356441975566 LI7708800125525347723",
        "LT121000011101001000 LT281000011101001003 LT821000011101001001 LT981000011101001004 LT551000011101001002",
        "LU280019400644750000 LU440019400644750003 LU980019400644750001 LU170019400644750004 LU710019400644750002",
        "NL39RABO0300065264 NL55RABO0300065267 NL91ABNA0417164300 NL28RABO0300065268 NL82RABO0300065266",
        "NO9386011117947 NO8886011117940 NO6686011117948 NO6186011117941 NO3986011117949",
        "PT50000201231234567890154 PT66000201231234567890157 PT23000201231234567890155 PT39000201231234567890158 PT93000201231234567890156",
        "ES0700120345030000067890 ES2300120345030000067893 ES9121000418450200051332 ES9300120345030000067894 ES5000120345030000067892",
        "SE3550000000054910000003 SE5150000000054910000006 SE0850000000054910000004 SE2450000000054910000007 SE7850000000054910000005",
        "CH9300762011623852957 CH8656663438253651553 CH5362200119938136497 CH1843597160341964438 CH1260378413965193069",
        "GB82WEST12345698765432 GB98WEST12345698765435 GB55WEST12345698765433 GB71WEST12345698765436 GB28WEST12345698765434",
    ];

    private static readonly string[] InOrder = ["success", "successDelayed", "failed", "failedDelayed", "disputed"];

    private static readonly Dictionary<string, BankBehaviour> ByIban = Ibans.SelectMany(five => five.Split(' ').Select((iban, i) => (iban, ByName[InOrder[i]]))).ToDictionary(p => p.iban, p => p.Item2);

    /// <summary>The same ends in every country.</summary>
    private static readonly (string End, string Name)[] Ends =
    [
        ("343434", "exceedsWeeklyVolumeLimit"), ("121212", "exceedsWeeklyTransactionLimit"), ("2222227", "insufficientFunds"), ("55555", "bankNotSupported"), ("66666", "debitsNotSupported"),
    ];

    private static readonly Dictionary<string, string> UsNumbers = new()
    {
        ["000123456789"] = "success", ["000111111113"] = "accountClosed", ["000000004954"] = "riskLevelHighest", ["000111111116"] = "noAccount",
        ["000222222227"] = "insufficientFunds", ["000333333335"] = "debitNotAuthorized", ["000444444440"] = "invalidCurrency", ["000555555559"] = "dispute",
        ["000000000009"] = "processing", ["000777777771"] = "weeklyLimitExceeded", ["000888888885"] = "tokenDeactivated",
    };

    public static BankBehaviour OfIban(string iban)
    {
        if (ByIban.TryGetValue(iban, out var known)) return known;
        foreach (var (end, name) in Ends)
        {
            if (iban.EndsWith(end, StringComparison.Ordinal)) return ByName[name];
        }

        return Success;
    }

    public static BankBehaviour OfUsNumber(string number) => UsNumbers.TryGetValue(number, out var name) ? ByName[name] : Success;

    /// <summary><c>pm_usBankAccount_…</c> or <c>pm_sepaDebit_…_country</c>: the type, the number or IBAN, and what it does; null for no token.</summary>
    public static (string Type, string Number, BankBehaviour Behaviour)? Token(string id)
    {
        if (id.Split('_') is not ["pm", var kind, var name, .. var rest] || !ByName.TryGetValue(name, out var behaviour)) return null;
        return (kind, rest) switch
        {
            ("usBankAccount", []) => UsNumbers.FirstOrDefault(n => n.Value == name).Key is { } number ? ("us_bank_account", number, behaviour) : null,
            ("sepaDebit", [{ Length: 2 } country]) => Iban(country.ToUpperInvariant(), name) is { } iban ? ("sepa_debit", iban, behaviour) : null,
            _ => null,
        };
    }

    private static string? Iban(string country, string name)
    {
        if (Array.Find(Ibans, five => five.StartsWith(country, StringComparison.Ordinal))?.Split(' ') is not { } known) return null;
        if (Array.IndexOf(InOrder, name) is >= 0 and var at) return known[at];
        return Array.Find(Ends, e => e.Name == name && ByName[name].Refused is null).End is { } end ? known[0][..^end.Length] + end : null;
    }
}
