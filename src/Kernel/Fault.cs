namespace Busker.Kernel;

/// <summary>The subset of google.rpc.Code a handler may answer with. INTERNAL is never chosen, only caught.</summary>
public enum Code
{
    InvalidArgument = 3,
    DeadlineExceeded = 4,
    NotFound = 5,
    AlreadyExists = 6,
    PermissionDenied = 7,
    ResourceExhausted = 8,
    FailedPrecondition = 9,
    Aborted = 10,
    Unimplemented = 12,
    Unavailable = 14,
    Unauthenticated = 16,
}

/// <summary>One wrong field: its path in the request (<c>plans[2].market</c>) and what would be right.</summary>
public sealed record Violation(string Field, string Description);

/// <summary>An expected failure: a value, not an exception. <paramref name="Reason"/> is stable for ever.</summary>
public sealed record Fault(Code Code, string Reason, string Message, string? Field = null)
{
    private readonly IReadOnlyList<Violation>? _violations;

    /// <summary>When asking again may help; null when it will not, or nobody knows.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Facts for a machine beside the reason (an id, a limit); null when the reason says it all.</summary>
    public IReadOnlyDictionary<string, string>? Details { get; init; }

    /// <summary>Every wrong field. With none set, <see cref="Field"/> alone speaks.</summary>
    public IReadOnlyList<Violation> Violations
    {
        get => _violations ?? (Field is null ? [] : [new Violation(Field, Message)]);
        init => _violations = value;
    }

    /// <summary>One field is wrong.</summary>
    public static Fault Invalid(string field, string message) =>
        new(Code.InvalidArgument, "INVALID_FIELD", message, field);

    /// <summary>Several fields are wrong; null when none is.</summary>
    public static Fault? Invalid(IReadOnlyList<Violation> violations) => violations switch
    {
        [] => null,
        [var one] => Invalid(one.Field, one.Description),
        [var first, ..] => new Fault(Code.InvalidArgument, "INVALID_FIELD",
            $"{violations.Count} fields are wrong; {first.Field}: {first.Description}", first.Field) { Violations = violations },
    };
}

/// <summary>Either the answer or the fault. Convert implicitly; test with <c>is { Fault: {} fault }</c>.</summary>
public readonly struct Result<T>
{
    private readonly T? _value;

    private Result(T? value, Fault? fault) => (_value, Fault) = (value, fault);

    public Fault? Fault { get; }
    public T Value => Fault is null ? _value! : throw new InvariantException($"no value: {Fault.Reason}");

#pragma warning disable CA2225 // the implicit conversions are the whole point
    public static implicit operator Result<T>(T value) => new(value, null);
    public static implicit operator Result<T>(Fault fault) => new(default, fault);
#pragma warning restore CA2225
}

/// <summary>A bug in this codebase, never a caller's mistake. Surfaces as INTERNAL and pages somebody.</summary>
#pragma warning disable CA1032 // only ever raised with a message
public sealed class InvariantException(string message) : Exception(message);
#pragma warning restore CA1032
