namespace Busker.Simulator.Adyen;

/// <summary>One way to defend, with its documents and whether each is required.</summary>
internal sealed record Defence(string Code, params (string Type, string Level)[] Documents)
{
    /// <summary>"Name: Document Document? Document|": required, optional, or one of those with the bar.</summary>
    public static Defence Of(string text)
    {
        var parts = text.Split(": ");
        return new Defence(parts[0], [.. parts[1].Split(' ').Select(d => (d.TrimEnd('?', '|'), d[^1] switch { '?' => "Optional", '|' => "AlternativeRequired", _ => "Required" }))]);
    }
}

/// <summary>Reason codes of the schemes and what may be said against each.</summary>
internal static class DisputeReasons
{
    private static readonly Defence Material = Defence.Of("SupplyDefenseMaterial: DefenseMaterial TIDorInvoice?");

    /// <summary>The name of a reason, as in the notification's <c>reason</c>.</summary>
    private static readonly (string General, string Visa, string Other, string Text)[] All =
    [
        ("fraudulent", "10.4", "4837", "Fraud - Card Absent Environment"), ("product_not_received", "13.1", "4853", "Merchandise/Services Not Received"),
        ("subscription_canceled", "13.2", "4841", "Cancelled Recurring"), ("product_unacceptable", "13.3", "4853", "Not as Described or Defective Merchandise/Services"),
        ("credit_not_processed", "13.6", "4860", "Credit Not Processed"), ("duplicate", "12.6", "4834", "Duplicate Processing/Paid by Other Means"),
        ("general", "13.7", "4853", "Cancelled Merchandise/Services"), ("authorisation", "11.3", "4808", "No Authorization"),
    ];

    private static readonly Dictionary<string, Defence[]> ByCode = new()
    {
        ["10.4"] = Read("AdditionalInformation: DefenseMaterial AdditionalInformation"),
        ["13.1"] = Read("InvalidChargeback: InvalidChargeback?", "MerchandiseReceived: DateMerchandiseShipped ProofOfGoodsOrServicesProvided", "ServicesProvided: ProofOfGoodsOrServicesProvided"),
        ["4837"] = Read(
            "AirlineCompellingEvidence: CompellingEvidence AdditionalTransactions| FlightManifest| FlightTicket| FlightTicketAtBillingAddress| FrequentFlyer| PassengerIdentification|",
            "ChipAndPinLiabilityShift: PrintedSignedTerminalReceipt", "ChipLiabilityShift: PrintedSignedTerminalReceipt", "CompellingEvidence: CardholderIdentification",
            "CVC2ValidationProgram: PrintedSignedTerminalReceipt", "IdentifiedAddendum: AddendumDocumentation", "InvalidChargeback: InvalidChargeback?",
            "InvalidChargebackBundling: InvalidChargeback", "NoShowTransaction: ProofOfNoShow", "ProofOfCardPresenceAndSignatureChipNoPIN: PrintedSignedTerminalReceipt",
            "ProofOfCardPresenceAndSignatureNotMasterCardWorldWideNetwork: PrintedSignedTerminalReceipt", "ProofOfCardPresenceAndSignatureWithTerminalReceipt: PrintedSignedTerminalReceipt",
            "RecurringTransactionsCompellingEvidence: CompellingEvidence", "RecurringTransactionsCompellingMerchantEvidence: MerchantProofOfRecurringTransaction?", "ShippedToAVS: PositiveAVS ShippedToAVS"),
        ["4853"] = Read(
            "AirlineFlightProvided: FlightTicketUsed| FligthTookPlace| PaperAirlineTicket|", "CancellationOrReturns: CancellationNeverAccepted| GoodsNotReturned|",
            "CancellationTermsFailed: InvalidChargeback", "CreditOrCancellationPolicyProperlyDisclosed: DisclosureAtPointOfInteraction", "GoodsNotReturned: GoodsNotReturned TIDorInvoice?",
            "GoodsOrServicesProvided: ProofOfAbilityToProvideServices| ProofOfGoodsOrServicesProvided|", "GoodsRepairedOrReplaced: GoodsRepairedOrReplaced TIDorInvoice?",
            "GoodsWereAsDescribed: GoodsWereAsDescribed TIDorInvoice", "InvalidChargeback: InvalidChargeback?", "InvalidChargebackBundling: InvalidChargeback", "NotRecurring: InvalidChargeback",
            "PaymentByOtherMeans: PaymentByOtherMeans", "PurchaseProperlyPosted: ProofOfRetailSaleRatherThanCredit", "ServicesProvidedAfterCancellation: InvalidChargeback"),
    };

    /// <summary>The scheme's code of a reason given in words or already as a code.</summary>
    public static string Code(string reason, string brand)
    {
        var known = Array.Find(All, r => r.General == reason);
        return known.General is null ? reason : brand == "visa" ? known.Visa : known.Other;
    }

    public static string Text(string code) => Array.Find(All, r => r.Visa == code || r.Other == code).Text ?? "Chargeback";

    /// <summary>The scheme's own list where it is known, and supplied material against any reason.</summary>
    public static IReadOnlyList<Defence> Defences(Dispute dispute) => [.. ByCode.GetValueOrDefault(dispute.Reason) ?? [], Material];

    private static Defence[] Read(params string[] texts) => [.. texts.Select(Defence.Of)];
}
