using Busker.Kernel;

namespace Busker.Rpc.Wire;

/// <summary>google.rpc.Code, all of it. Handlers choose from <see cref="Code"/>; the rest is the edge's own.</summary>
internal enum WireCode
{
    Ok = 0,
    Cancelled = 1,
    Unknown = 2,
    InvalidArgument = 3,
    DeadlineExceeded = 4,
    NotFound = 5,
    AlreadyExists = 6,
    PermissionDenied = 7,
    ResourceExhausted = 8,
    FailedPrecondition = 9,
    Aborted = 10,
    OutOfRange = 11,
    Unimplemented = 12,
    Internal = 13,
    Unavailable = 14,
    DataLoss = 15,
    Unauthenticated = 16,
}

/// <summary>How a call ended badly, before it is spelled in the caller's protocol.</summary>
internal sealed record WireStatus(WireCode Code, string Reason, string Message)
{
    public IReadOnlyList<Violation> Violations { get; init; } = [];
    public TimeSpan? RetryAfter { get; init; }
    public IReadOnlyDictionary<string, string>? Details { get; init; }

    public static WireStatus Of(Fault fault) => new((WireCode)fault.Code, fault.Reason, fault.Message)
    {
        RetryAfter = fault.RetryAfter,
        Details = fault.Details,
        Violations = fault.Violations,
    };

    public static readonly WireStatus Internal = new(WireCode.Internal, "INTERNAL",
        "Something failed on our side; quote the request id when you ask about it.");

    public static readonly WireStatus DeadlineExceeded = new(WireCode.DeadlineExceeded, "DEADLINE_EXCEEDED",
        "The deadline of the call passed before its work was done.");

    public static readonly WireStatus Cancelled = new(WireCode.Cancelled, "CANCELLED", "The caller cancelled the call.");

    public static WireStatus Unimplemented(string reason, string message) => new(WireCode.Unimplemented, reason, message);

    /// <summary>The HTTP status the Connect protocol gives each code.</summary>
    public static int HttpStatus(WireCode code) => code switch
    {
        WireCode.Ok => 200,
        WireCode.Cancelled => 499,
        WireCode.InvalidArgument or WireCode.FailedPrecondition or WireCode.OutOfRange => 400,
        WireCode.DeadlineExceeded => 504,
        WireCode.NotFound => 404,
        WireCode.AlreadyExists or WireCode.Aborted => 409,
        WireCode.PermissionDenied => 403,
        WireCode.ResourceExhausted => 429,
        WireCode.Unimplemented => 501,
        WireCode.Unavailable => 503,
        WireCode.Unauthenticated => 401,
        _ => 500,
    };

    /// <summary>The Connect protocol's name of a code.</summary>
    public static string Name(WireCode code) => code switch
    {
        WireCode.Cancelled => "canceled",
        WireCode.InvalidArgument => "invalid_argument",
        WireCode.DeadlineExceeded => "deadline_exceeded",
        WireCode.NotFound => "not_found",
        WireCode.AlreadyExists => "already_exists",
        WireCode.PermissionDenied => "permission_denied",
        WireCode.ResourceExhausted => "resource_exhausted",
        WireCode.FailedPrecondition => "failed_precondition",
        WireCode.Aborted => "aborted",
        WireCode.OutOfRange => "out_of_range",
        WireCode.Unimplemented => "unimplemented",
        WireCode.Internal => "internal",
        WireCode.Unavailable => "unavailable",
        WireCode.DataLoss => "data_loss",
        WireCode.Unauthenticated => "unauthenticated",
        _ => "unknown",
    };
}
