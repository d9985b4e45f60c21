namespace Busker.Simulator.Stripe;

/// <summary>When a card asks for 3-D Secure.</summary>
/// <remarks>Never: 3-D Secure may be asked for, and is passed by without a question.</remarks>
internal enum Challenge { Never, Always, OnSetup, AlreadySetUp, DeclinedAfter, LookupError, Optional, OptionalError, NotSupported, Frictionless }

/// <summary>One of Stripe's documented test cards and what it does.</summary>
/// <param name="Names">Its tokens, without <c>pm_card_</c> and <c>tok_</c>.</param>
/// <param name="Partner">The other network of a co-branded card.</param>
internal sealed record TestCard(
    string Number, string Names, string? Code = null, string? Decline = null, Challenge Challenge = Challenge.Never, string? Dispute = null,
    string? Refund = null, string Funding = "credit", string Country = "US", string Risk = "normal", string Cvc = "pass", string? Zip = null,
    string? Line1 = null, bool OnAttach = true, bool Available = false, string? Partner = null)
{
    public string[] Tokens { get; } = Names.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>The test cards of docs.stripe.com/testing. A number that is in no list and not the scenario's is declined.</summary>
internal static class TestCards
{
    public static readonly TestCard[] All =
    [
        new("4242424242424242", "visa us"), new("4000056655665556", "visa_debit", Funding: "debit"),
        new("5555555555554444", "mastercard"), new("2223003122003222", "mastercard_series2"),
        new("5200828282828210", "mastercard_debit", Funding: "debit"), new("5105105105105100", "mastercard_prepaid", Funding: "prepaid"),
        new("378282246310005", "amex amex_threeDSecureNotSupported", Challenge: Challenge.NotSupported), new("371449635398431", "amex2"), new("6011111111111117", "discover"), new("6011000990139424", "discover2"),
        new("6011981111111113", "discover_debit", Funding: "debit"), new("3056930009020004", "diners"), new("36227206271667", "diners_14digits"),
        new("3566002020360505", "jcb"), new("6200000000000005", "unionpay"), new("6200000000000047", "unionpay_debit", Funding: "debit"),
        new("6205500000000000004", "unionpay_19digits"), new("6555900000604105", "bccard_dinacard"),
        new("4000002500001001", "visa_cartesBancaires", Country: "FR", Partner: "cartes_bancaires"), new("5555552500001001", "mastercard_cartesBancaires", Country: "FR", Partner: "cartes_bancaires"),
        new("4000050360000001", "visa_debit_eftposAuCoBranded", Funding: "debit", Country: "AU", Partner: "eftpos_au"), new("5555050360000080", "mastercard_debit_eftposAuCoBranded", Funding: "debit", Country: "AU", Partner: "eftpos_au"),
        new("4000051230000072", "debit_visaFsaProductCode debit_visaHsaProductCode", Funding: "debit"), new("5200828282828897", "mastercard_debit_mastercardFsaProductCode", Funding: "debit"),
        new("4000000320000021", "ar", Country: "AR"), new("4000001520000001", "cl", Country: "CL"), new("4000001700000003", "co", Country: "CO"),
        new("4000001880000005", "cr", Country: "CR"), new("4000002180000000", "ec", Country: "EC"), new("5062210000000009", "", Country: "MX"),
        new("4000005910000000", "pa", Country: "PA"), new("4000006000000066", "py", Country: "PY"), new("4000006040000068", "pe", Country: "PE"),
        new("4000008580000003", "uy", Country: "UY"), new("5200007840000022", "ae_mastercard", Country: "AE"),
        new("4000058260000005", "gb_debit", Country: "GB", Funding: "debit"), new("5555558265554449", "gb_mastercard", Country: "GB"),
        new("3530111333300000", "", Country: "JP"), new("4000057640000008", "th_debit", Country: "TH", Funding: "debit"),
        new("4000000760000002", "br", Country: "BR"), new("4000001240000000", "ca", Country: "CA"), new("4000004840008001", "mx", Country: "MX"),
        new("4000007840000001", "ae", Country: "AE"), new("4000000400000008", "at", Country: "AT"), new("4000000560000004", "be", Country: "BE"),
        new("4000001000000000", "bg", Country: "BG"), new("4000001120000005", "by", Country: "BY"), new("4000001910000009", "hr", Country: "HR"),
        new("4000001960000008", "cy", Country: "CY"), new("4000002030000002", "cz", Country: "CZ"), new("4000002080000001", "dk", Country: "DK"),
        new("4000002330000009", "ee", Country: "EE"), new("4000002460000001", "fi", Country: "FI"), new("4000002500000003", "fr", Country: "FR"),
        new("4000002760000016", "de", Country: "DE"), new("4000002920000005", "gi", Country: "GI"), new("4000003000000030", "gr", Country: "GR"),
        new("4000003480000005", "hu", Country: "HU"), new("4000003720000005", "ie", Country: "IE"), new("4000003800000008", "it", Country: "IT"),
        new("4000004280000005", "lv", Country: "LV"), new("4000004380000004", "li", Country: "LI"), new("4000004400000000", "lt", Country: "LT"),
        new("4000004420000006", "lu", Country: "LU"), new("4000004700000007", "mt", Country: "MT"), new("4000005280000002", "nl", Country: "NL"),
        new("4000005780000007", "no", Country: "NO"), new("4000006160000005", "pl", Country: "PL"), new("4000006200000007", "pt", Country: "PT"),
        new("4000006420000001", "ro", Country: "RO"), new("4000006820000007", "sa", Country: "SA"), new("4000007050000006", "si", Country: "SI"),
        new("4000007030000001", "sk", Country: "SK"), new("4000007240000007", "es", Country: "ES"), new("4000007520000008", "se", Country: "SE"),
        new("4000007560000009", "ch", Country: "CH"), new("4000008260000000", "gb", Country: "GB"), new("4000000360000006", "au", Country: "AU"),
        new("4000001560000002", "cn", Country: "CN"), new("4000003440000004", "hk", Country: "HK"), new("4000003560000008", "in", Country: "IN"),
        new("4000003920000003", "jp", Country: "JP"), new("4000004580000002", "my", Country: "MY"), new("4000005540000008", "nz", Country: "NZ"),
        new("4000007020000003", "sg", Country: "SG"), new("4000007640000003", "th th_credit", Country: "TH"), new("4000001580000008", "tw", Country: "TW"),
        new("4000000000000002", "visa_chargeDeclined chargeDeclined", "card_declined", "generic_decline", OnAttach: false),
        new("4000000000009995", "visa_chargeDeclinedInsufficientFunds chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds", OnAttach: false),
        new("4000000000009995", "visa_debit_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds", Funding: "debit", OnAttach: false),
        new("4000000000009987", "visa_chargeDeclinedLostCard chargeDeclinedLostCard", "card_declined", "lost_card", OnAttach: false),
        new("4000000000009979", "visa_chargeDeclinedStolenCard chargeDeclinedStolenCard", "card_declined", "stolen_card", OnAttach: false),
        new("4000000000000069", "chargeDeclinedExpiredCard visa_chargeDeclinedExpiredCard", "expired_card", OnAttach: false),
        new("4000000000000127", "chargeDeclinedIncorrectCvc visa_chargeDeclinedIncorrectCvc", "incorrect_cvc", Cvc: "fail", OnAttach: false),
        new("4000000000000119", "chargeDeclinedProcessingError visa_chargeDeclinedProcessingError", "processing_error", OnAttach: false),
        new("4000000000006975", "visa_chargeDeclinedVelocityLimitExceeded chargeDeclinedVelocityLimitExceeded", "card_declined", "card_velocity_exceeded", OnAttach: false),
        new("4000000000000341", "chargeCustomerFail visa_chargeCustomerFail", "card_declined", "generic_decline"),
        new("4000000000000341", "visa_chargeCustomerFailLostCard", "card_declined", "lost_card"),
        new("4000000000000341", "visa_chargeCustomerFailStolenCard", "card_declined", "stolen_card"),
        new("4000000000000101", "cvcCheckFail", Cvc: "fail"), new("4000000000000036", "avsZipFail", Zip: "fail"),
        new("4000000000000028", "avsLine1Fail", Line1: "fail"), new("4000000000000010", "avsFail", Zip: "fail", Line1: "fail"),
        new("4000000000000044", "avsUnchecked", Zip: "unavailable", Line1: "unavailable"),
        new("4100000000000019", "radarBlock", "card_declined", "fraudulent", Risk: "blocked"),
        new("4100000000000019", "chargeDeclinedFraudulent visa_chargeDeclinedFraudulent", "card_declined", "fraudulent", OnAttach: false),
        new("4000000000004954", "riskLevelHighest", "card_declined", "fraudulent", Risk: "highest"),
        new("4000000000009235", "riskLevelElevated", Risk: "elevated"),
        new("4000008400000407", "highFraudDisputeScore"), new("4000008400000159", "highEfwScore"), new("4000008400001017", "radarDynamicRiskThreshold"),
        new("4001858821843804", "freeTrialAbuseBlock"), new("4000008405600003", "adaptive3dsChallenge", Challenge: Challenge.Optional),
        new("4000058400307872", "cvcCheckFailElevatedRisk", Cvc: "fail", Risk: "elevated"), new("4000058400306072", "avsZipFailElevatedRisk", Zip: "fail", Risk: "elevated"),
        new("4000000000001208", ""), new("4000000000003725", ""),
        new("4000002500003155", "authenticationRequiredOnSetup", Challenge: Challenge.OnSetup),
        new("4000002760003184", "authenticationRequired", Challenge: Challenge.Always),
        new("4000003800000446", "authenticationRequiredSetupForOffSession", Challenge: Challenge.AlreadySetUp),
        new("4000008260003178", "authenticationRequiredChargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds", Challenge.Always),
        new("4000000000003220", "threeDSecure2Required", Challenge: Challenge.Always, Country: "IE"), new("4000008400000027", "", Challenge: Challenge.Always), new("4000000000003063", "threeDSecureRequired", Challenge: Challenge.Always),
        new("4000008400001629", "threeDSecureRequiredChargeDeclined", "card_declined", "generic_decline", Challenge.DeclinedAfter),
        new("4000008400001280", "threeDSecureRequiredProcessingError", "card_declined", "processing_error", Challenge.LookupError),
        new("4000000000003055", "threeDSecureOptional", Challenge: Challenge.Optional), new("4000000000003097", "threeDSecureOptionalProcessingError", Challenge: Challenge.OptionalError),
        new("4000000032200000", "", Challenge: Challenge.Frictionless),
        new("4000582600000094", ""), new("4000582600000045", ""), new("4000582600000102", ""), new("4000582600000110", ""),
        new("4000000000000259", "createDispute", Dispute: "fraudulent"), new("4000000000002685", "createDisputeProductNotReceived", Dispute: "product_not_received"),
        new("4000000000001976", "createDisputeInquiry", Dispute: "inquiry"), new("4000000000005423", "createIssuerFraudRecord", Dispute: "warning"),
        new("4000000404000079", "createMultipleDisputes", Dispute: "multiple"), new("4000000404000038", "createCe3EligibleDispute", Dispute: "ce3"),
        new("4000008400000779", "createComplianceDispute", Dispute: "compliance"), new("5105008400000002", "createMastercardComplianceDispute", Dispute: "compliance"),
        new("4000000001000043", "createAutoRepresentmentEligibleDispute", Dispute: "fraudulent"),
        new("4000000404004816", "createRapidDisputeResolutionDispute", Dispute: "fraudulent"), new("4000000404005649", "createCe3BlockDispute", Dispute: "fraudulent"),
        new("5105000300000018", "createEthocaAlert", Dispute: "fraudulent"),
        new("4000000000007726", "pendingRefund", Refund: "pending"), new("4000000000005126", "refundFail", Refund: "fail"),
        new("4000000000000077", "bypassPending", Available: true), new("4000003720000278", "bypassPendingInternational", Available: true, Country: "IE"),
        new("4000000000000093", "domesticPricing"), new("4000000400000099", "cardNotSupported", "card_declined", "card_not_supported"),
    ];

    private static readonly Dictionary<string, TestCard> ByNumber = All.DistinctBy(c => c.Number).ToDictionary(c => c.Number);
    private static readonly Dictionary<string, TestCard> ByToken = All.SelectMany(c => c.Tokens.Select(t => (t, c))).ToDictionary(p => p.t, p => p.c);

    public static TestCard? Number(string number) => ByNumber.GetValueOrDefault(number);

    /// <summary>pm_card_… or tok_….</summary>
    public static TestCard? Token(string token) => token switch
    {
        ['p', 'm', '_', 'c', 'a', 'r', 'd', '_', .. var name] => ByToken.GetValueOrDefault(name),
        ['t', 'o', 'k', '_', .. var name] => ByToken.GetValueOrDefault(name),
        _ => null,
    };

    /// <summary>What Stripe says with each decline.</summary>
    public static string Message(string code, string? decline) => (code, decline) switch
    {
        ("expired_card", _) => "Your card has expired.",
        ("incorrect_cvc", _) => "Your card's security code is incorrect.",
        ("incorrect_number", _) => "Your card number is incorrect.",
        ("processing_error", _) => "An error occurred while processing your card. Try again in a little bit.",
        ("authentication_required", _) => "Your card was declined. This transaction requires authentication.",
        (_, "insufficient_funds") => "Your card has insufficient funds.",
        (_, "card_velocity_exceeded") => "Your card was declined for making repeated attempts too frequently or exceeding its amount limit.",
        (_, "card_not_supported") => "Your card does not support this type of purchase.",
        _ => "Your card was declined.",
    };

    /// <summary>Stripe's advice on trying again.</summary>
    public static string? Advice(string code, string? decline) => (code, decline) switch
    {
        ("expired_card" or "incorrect_cvc" or "incorrect_number", _) => "confirm_card_data",
        (_, "lost_card" or "stolen_card" or "fraudulent" or "card_not_supported" or "pickup_card" or "revocation_of_authorization") => "do_not_try_again",
        ("authentication_required", _) => null,
        _ => "try_again_later",
    };
}
