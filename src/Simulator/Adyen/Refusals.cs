using Busker.Simulator.World;

namespace Busker.Simulator.Adyen;

/// <summary>One row of the documented refusals; <paramref name="Trigger"/> is the holder name that asks for it in tests.</summary>
internal sealed record Refusal(int Code, string Trigger, string Reason, string Result = "Refused");

/// <summary>Adyen's refusal codes, what asks for them, and which one an issuer's reason becomes.</summary>
internal static class Refusals
{
    public static readonly Refusal[] All =
    [
        new(2, "DECLINED", "Refused"), new(3, "REFERRAL", "Referral"), new(4, "ERROR", "Acquirer Error", "Error"),
        new(5, "BLOCK_CARD", "Blocked Card"), new(6, "CARD_EXPIRED", "Expired Card"), new(7, "INVALID_AMOUNT", "Invalid Amount"),
        new(8, "INVALID_CARD", "Invalid Card Number"), new(9, "ISSUER_UNAVAILABLE", "Issuer Unavailable"), new(10, "NOT_SUPPORTED", "Not supported"),
        new(11, "NOT_3D_AUTHENTICATED", "3D Not Authenticated"), new(12, "NOT_ENOUGH_BALANCE", "Not enough balance"),
        new(14, "ACQUIRER_FRAUD", "Acquirer Fraud"), new(15, "CANCELLED", "Cancelled", "Cancelled"),
        new(16, "SHOPPER_CANCELLED", "Shopper Cancelled", "Cancelled"), new(17, "INVALID_PIN", "Invalid Pin"),
        new(18, "PIN_TRIES_EXCEEDED", "Pin tries exceeded"), new(19, "PIN_VALIDATION_NOT_POSSIBLE", "Pin validation not possible"),
        new(20, "FRAUD", "FRAUD"), new(21, "NOT_SUBMITTED", "Not Submitted"), new(22, "FRAUD_CANCELLED", "FRAUD-CANCELLED", "Cancelled"),
        new(23, "TRANSACTION_NOT_PERMITTED", "Transaction Not Permitted"), new(24, "CVC_DECLINED", "CVC Declined"),
        new(25, "RESTRICTED_CARD", "Restricted Card"), new(26, "REVOCATION_OF_AUTH", "Revocation Of Auth"),
        new(27, "DECLINED_NON_GENERIC", "Declined Non Generic"), new(28, "WITHDRAWAL_AMOUNT_EXCEEDED", "Withdrawal amount exceeded"),
        new(29, "WITHDRAWAL_COUNT_EXCEEDED", "Withdrawal count exceeded"), new(31, "ISSUER_SUSPECTED_FRAUD", "Issuer Suspected Fraud"),
        new(32, "AVS_DECLINED", "AVS Declined"), new(38, "AUTHENTICATION_REQUIRED", "Authentication required"),
    ];

    /// <summary>The documented Mastercard whose bank authenticates without asking the shopper.</summary>
    private const string FrictionlessNumber = "5201281505129736";

    private static readonly HashSet<string> TestNumbers =
    [
        "4111111111111111", "4444333322221111", "4988438843884305", "4166676667666746", "4646464646464644", "4000620000000007",
        "5555444433331111", "5555341244441115", "2222400070000005", "2222410740360010", "5100060000000002", "5577000055770004",
        "370000000000002", "6011601160116611", "36006666333344", "3569990010095841",
        "4917610000000000", "5454545454545454", "4212345678901237", "5212345678901234",
        FrictionlessNumber,
    ];

    private static readonly HashSet<string> Challenged = ["4917610000000000", "5454545454545454", "4212345678901237", "5212345678901234"];

    public static Refusal Of(int code) => Array.Find(All, r => r.Code == code)!;

    /// <summary>What a test asks for by holder name or by RequestedTestAcquirerResponseCode.</summary>
    public static Refusal? Requested(string? holder, string? code) => Array.Find(All, r => r.Trigger == holder || (code is not null && code == $"{r.Code}"));

    public static bool WantsChallenge(Card card) => Challenged.Contains(card.Number);

    public static bool Frictionless(Card card) => card.Number == FrictionlessNumber;

    /// <summary>What becomes of a documented test number: they expire in 03/2030 and their code is 737 (7373).</summary>
    public static Refusal? Test(Card card) =>
        !TestNumbers.Contains(card.Number) ? Of(2)
        : (card.ExpMonth, card.ExpYear) != (3, 2030) ? Of(6)
        : card.Cvc is not (null or "737" or "7373") ? Of(24)
        : null;

    public static Refusal From(DeclineReason reason) => Of(reason switch
    {
        DeclineReason.InsufficientFunds => 12,
        DeclineReason.LostCard or DeclineReason.StolenCard => 5,
        DeclineReason.ExpiredCard => 6,
        DeclineReason.IncorrectCvc => 24,
        DeclineReason.IncorrectNumber or DeclineReason.InvalidAccount => 8,
        DeclineReason.SuspectedFraud => 31,
        DeclineReason.VelocityExceeded => 29,
        DeclineReason.IssuerUnavailable => 9,
        DeclineReason.ProcessingError => 4,
        DeclineReason.NotPermitted => 23,
        DeclineReason.RestrictedCard => 25,
        DeclineReason.AuthenticationRequired => 38,
        DeclineReason.RevocationOfAuthorization => 26,
        DeclineReason.GenericDecline => 27,
        _ => 2,
    });
}
