namespace Busker.Simulator.Faults;

/// <summary>What can go wrong. The written form is lower case with hyphens (<c>drop-after</c>).</summary>
public enum FaultKind
{
    // Requests.
    DropBefore, DropAfter, Delay, Hang, Truncate, Malformed, WrongAmount, Stale,
    Status, StatusAfter, StatusStored,

    // Webhooks.
    Duplicate, Reorder, Lost, Late, Early, BadSignature,

    // Settlement files.
    Truncated, Duplicated, Resent, MissingLine,
}

/// <summary>What a rule is about.</summary>
internal enum FaultTarget { Request, Webhook, File }

internal static class FaultKinds
{
    public static FaultTarget Target(this FaultKind kind) => kind switch
    {
        >= FaultKind.Truncated => FaultTarget.File,
        >= FaultKind.Duplicate => FaultTarget.Webhook,
        _ => FaultTarget.Request,
    };

    /// <summary>Each fault as it is written, and what it does. The guide is made from this table.</summary>
    public static readonly (string Word, FaultKind Kind, string Meaning)[] Table =
    [
        ("drop-before", FaultKind.DropBefore, "the connection is cut before anything happened"),
        ("drop-after", FaultKind.DropAfter, "everything happens, then the connection is cut: the client cannot know"),
        ("delay", FaultKind.Delay, "the reply waits, `delay(2s)`"),
        ("hang", FaultKind.Hang, "everything happens, no reply ever comes"),
        ("truncate", FaultKind.Truncate, "half of the reply, then the connection is cut"),
        ("malformed", FaultKind.Malformed, "status as ever, a body that does not parse"),
        ("wrong-amount", FaultKind.WrongAmount, "the reply echoes an amount one unit too high"),
        ("stale", FaultKind.Stale, "a read answers with the state before the last change"),
        ("status", FaultKind.Status, "`status(503)`: refused at the door, nothing happened (429 and 5xx)"),
        ("status-after", FaultKind.StatusAfter, "`status-after(500)`: everything happens, the reply is an error"),
        ("status-stored", FaultKind.StatusStored, "`status-stored(500)`: nothing happens, and the error is kept under the idempotency key"),
        ("duplicate", FaultKind.Duplicate, "a webhook arrives again, `duplicate(2)` extra times"),
        ("reorder", FaultKind.Reorder, "a webhook arrives after the next one"),
        ("lost", FaultKind.Lost, "a webhook never arrives"),
        ("late", FaultKind.Late, "a webhook arrives later, `late(10m)`"),
        ("early", FaultKind.Early, "a webhook arrives before the reply of the request that caused it"),
        ("bad-signature", FaultKind.BadSignature, "a webhook whose signature does not verify"),
        ("truncated", FaultKind.Truncated, "a settlement file that ends in the middle of a line"),
        ("duplicated", FaultKind.Duplicated, "a settlement file with every line twice"),
        ("resent", FaultKind.Resent, "the settlement file of the day before, sent again"),
        ("missing-line", FaultKind.MissingLine, "a settlement file without one of its lines"),
    ];
}
