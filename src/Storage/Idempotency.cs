using System.Security.Cryptography;
using System.Text;
using Busker.Kernel;
using Google.Protobuf;

namespace Busker.Storage;

/// <summary>An answer, and whether it is the stored answer of an earlier call with the same request id.</summary>
public readonly record struct Once<T>(T Answer, bool Replayed);

/// <summary>
/// Makes a repeated mutation the same mutation. The row commits with the effect, so it exists exactly when the effect
/// does: after a lost connection a repeat either finds the first answer or does the work now.
/// <list type="bullet">
/// <item>Still being worked on: ABORTED with a retry hint.</item>
/// <item>Same id, another body: FAILED_PRECONDITION.</item>
/// <item>Done: the first answer, marked as replayed.</item>
/// </list>
/// Refusals are not kept: nothing happened, so a repeat is judged anew.
/// </summary>
public static class Idempotency
{
    /// <summary>How long a first answer is kept.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(48);

    /// <summary>Runs work whose whole effect is one transaction, once per request key. Without a key it simply runs.</summary>
    public static Task<Result<Once<T>>> OnceAsync<T>(
        Db db, RequestKey? key, Func<Tx, CancellationToken, Task<Result<T>>> work, CancellationToken ct)
        where T : class, IMessage<T>, new() =>
        db.InTransactionAsync<Result<Once<T>>>(async (tx, token) =>
        {
            if (key is not null && await BeginAsync<T>(tx, key, token) is { } settled) return settled;
            var result = await work(tx, token);
            if (result.Fault is { } fault) return fault;
            if (key is not null) await FinishAsync(tx, key, result.Value, token);
            return new Once<T>(result.Value, Replayed: false);
        }, ct);

    /// <summary>
    /// First step within a transaction of one's own. Null: go on, and call <see cref="FinishAsync"/> before the commit.
    /// Otherwise: answer with this.
    /// </summary>
    public static async Task<Result<Once<T>>?> BeginAsync<T>(Tx tx, RequestKey key, CancellationToken ct)
        where T : class, IMessage<T>, new()
    {
        var name = Name(key);
        if (!await TurnAsync(tx, key.Scope, name, ct)) return InFlight;
        var rows = await RequestTable.FindAsync(tx, [key.Scope], [name], ct);
        return rows is [var row] ? Judge<T>(row, Print(key), tx.Now) : null;
    }

    /// <summary>
    /// For work that must leave the transaction in the middle (a provider is asked): claims the key in a commit of its own.
    /// A crash leaves the claim until <paramref name="patience"/> is over; then a repeat may take it up.
    /// </summary>
    public static async Task<Result<Once<T>>?> ClaimAsync<T>(Tx tx, RequestKey key, TimeSpan patience, CancellationToken ct)
        where T : class, IMessage<T>, new()
    {
        if (await BeginAsync<T>(tx, key, ct) is { } settled) return settled;
        var claim = new RequestTable.Row(key.Scope, Name(key), Print(key), Answer: null, tx.Now + patience);
        await RequestTable.WriteAsync(tx, claim, ct);
        return null;
    }

    /// <summary>Last step: keeps the answer, in the transaction of the effect.</summary>
    public static Task FinishAsync(Tx tx, RequestKey key, IMessage answer, CancellationToken ct) =>
        RequestTable.WriteAsync(tx, new(key.Scope, Name(key), Print(key), answer.ToByteArray()), ct);

    /// <summary>Forgets answers older than <see cref="Kept"/>, at most <paramref name="most"/> at a time.</summary>
    /// <returns>How many were forgotten; ask again while it is <paramref name="most"/>.</returns>
    public static Task<int> ExpireAsync(Tx tx, int most, CancellationToken ct) =>
        RequestTable.DeleteAsync(tx, tx.Now - Kept, most, ct);

    /// <returns>What to answer, or null when the work is to be done now.</returns>
    internal static Result<Once<T>>? Judge<T>(RequestTable.Row row, Guid fingerprint, DateTimeOffset now)
        where T : class, IMessage<T>, new()
    {
        if (row.Fingerprint != fingerprint) return Reused;
        if (row.Answer is not null) return new Once<T>(Parser<T>.Shared.ParseFrom(row.Answer), Replayed: true);
        if (row.BusyUntil > now) return InFlight;
        return null;
    }

    /// <summary>
    /// Digest of principal, method and request id. When the id tells its time (UUIDv7), the first 48 bits are that time, so that
    /// new rows come one after the other in the index: a third of the cost of rows at random places.
    /// </summary>
    internal static Guid Name(RequestKey key)
    {
        var size = 16 + Encoding.UTF8.GetMaxByteCount(key.Method.Length + key.Id.Length) + 1;
        Span<byte> text = size <= 1024 ? stackalloc byte[size] : new byte[size];
        key.Principal.TryWriteBytes(text);
        var length = 16 + Encoding.UTF8.GetBytes(key.Method, text[16..]);
        text[length++] = (byte)'\n';
        length += Encoding.UTF8.GetBytes(key.Id, text[length..]);
        Span<byte> digest = stackalloc byte[32];
        SHA256.HashData(text[..length], digest);
        Span<byte> id = stackalloc byte[16];
        if (Guid.TryParse(key.Id, out var sortable) && sortable.Version == 7 && sortable.TryWriteBytes(id, bigEndian: true, out _))
            id[..6].CopyTo(digest);
        return new Guid(digest[..16], bigEndian: true);
    }

    internal static Guid Print(RequestKey key) => new(key.Fingerprint.Span[..16], bigEndian: true);

    /// <summary>The advisory lock is held to the end of the transaction: a second call sees "in flight" instead of waiting.</summary>
    private static Task<bool> TurnAsync(Tx tx, Guid scope, Guid name, CancellationToken ct)
    {
        var turn = BitConverter.ToInt64(name.ToByteArray()) ^ BitConverter.ToInt64(scope.ToByteArray());
        return tx.OneAsync("select pg_try_advisory_xact_lock($1)", [turn], r => r.GetBoolean(0), ct);
    }

    private static class Parser<T> where T : class, IMessage<T>, new()
    {
        public static readonly MessageParser<T> Shared = new(() => new T());
    }

    internal static readonly Fault InFlight = new(Code.Aborted, "REQUEST_IN_PROGRESS",
        "The first call with this request_id has not finished; ask again.", "request_id")
    {
        RetryAfter = TimeSpan.FromMilliseconds(200),
    };

    internal static readonly Fault Reused = new(Code.FailedPrecondition, "REQUEST_ID_REUSED",
        "This request_id was used with different parameters.", "request_id");
}
