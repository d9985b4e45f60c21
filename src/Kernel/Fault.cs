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
    Unavailable = 14,
    Unauthenticated = 16,
}

/// <summary>An expected failure: a value, not an exception. <paramref name="Reason"/> is stable for ever.</summary>
public sealed record Fault(Code Code, string Reason, string Message, string? Field = null);

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
