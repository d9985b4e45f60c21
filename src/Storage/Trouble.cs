using System.Net.Sockets;
using Busker.Kernel;
using Npgsql;

namespace Busker.Storage;

/// <summary>
/// The database cannot be reached, or was lost on the way. The edge answers UNAVAILABLE with <see cref="Fault"/>.
/// </summary>
public sealed class DatabaseUnavailableException(string message, bool outcomeUnknown, Exception? cause)
    : Exception(message, cause)
{
    /// <summary>
    /// The connection broke while COMMIT was under way: the change may have been made. Repeating with the same
    /// request id tells, because the idempotency row committed with the change.
    /// </summary>
    public bool OutcomeUnknown { get; } = outcomeUnknown;

    /// <summary>DATABASE_UNAVAILABLE (nothing was changed) or OUTCOME_UNKNOWN.</summary>
    public Fault Fault => new(Code.Unavailable, OutcomeUnknown ? "OUTCOME_UNKNOWN" : "DATABASE_UNAVAILABLE", Message)
    {
        RetryAfter = TimeSpan.FromSeconds(1),
    };

    internal static DatabaseUnavailableException Before(Exception cause) => new(Sentence(cause), false, cause);

    internal static DatabaseUnavailableException While(Exception cause) => new(
        "The connection to the database was lost while committing; repeat with the same request_id to learn the outcome.",
        true, cause);

    private static string Sentence(Exception cause) => cause switch
    {
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } => "The database has no disk space left; nothing was changed.",
        PostgresException { SqlState: PostgresErrorCodes.TooManyConnections } =>
            "The database takes no more connections; nothing was changed.",
        PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } =>
            "The database is read-only now; nothing was changed.",
        { InnerException: TimeoutException } => "The database did not answer in time; nothing was changed.",
        _ => "The database cannot be reached now; nothing was changed.",
    };
}

/// <summary>What a database exception means for the transaction it ended.</summary>
internal enum Trouble
{
    /// <summary>A bug, a violated constraint: not for us to handle.</summary>
    Other,

    /// <summary>Serialization failure or deadlock: the same work may succeed when run again at once.</summary>
    Conflict,

    /// <summary>The connection broke or never was: nothing is known after COMMIT was sent, nothing happened before.</summary>
    Lost,

    /// <summary>The server answers, and cannot serve: full disk, no more connections, a statement too slow.</summary>
    Refused,
}

internal static class TroubleExtensions
{
    public static Trouble Trouble(this Exception e) => e switch
    {
        StaleReadException => Storage.Trouble.Conflict,
        PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, SchemaName: "storage", ConstraintName: "request_pkey" } =>
            Storage.Trouble.Conflict, // the same request through another host, a moment ago
        PostgresException server => Of(server.SqlState),
        NpgsqlException { InnerException: TimeoutException } => Storage.Trouble.Refused,
        NpgsqlException { InnerException: IOException or SocketException } => Storage.Trouble.Lost,
        NpgsqlException { InnerException: PostgresException server } => Of(server.SqlState),
        NpgsqlException => Storage.Trouble.Lost,
        _ => Storage.Trouble.Other,
    };

    private static Trouble Of(string state) => state switch
    {
        PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected => Storage.Trouble.Conflict,
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow =>
            Storage.Trouble.Lost,
        PostgresErrorCodes.IdleSessionTimeout => Storage.Trouble.Lost,
        PostgresErrorCodes.DiskFull or PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.OutOfMemory
            or PostgresErrorCodes.ReadOnlySqlTransaction => Storage.Trouble.Refused,
        ['0', '8', ..] => Storage.Trouble.Lost,
        _ => Storage.Trouble.Other,
    };
}

/// <summary>
/// Thrown by a table whose guarded write touched fewer rows than it should: another host wrote in between. The whole
/// transaction runs again on fresh rows.
/// </summary>
public sealed class StaleReadException(string message) : Exception(message);
