using Busker.Kernel;
using Busker.Storage;
using Google.Protobuf;

namespace Busker.Rpc;

/// <summary>Who is calling and under which request. One per request; not shared between requests.</summary>
public sealed class Call
{
    private RequestKey? _key;
    private AnswerMetadata? _answer;

    /// <summary>The caller. Its permission for this method has been checked.</summary>
    public required Principal Principal { get; init; }

    /// <summary>Full name of the method: <c>busker.catalog.v1.Catalog.GetProduct</c>.</summary>
    public required string Method { get; init; }

    /// <summary>Accepted from or returned in <c>x-request-id</c>; in every log line of the call.</summary>
    public required string RequestId { get; init; }

    /// <summary>When the caller stops waiting; null when it did not say.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>The caller asked for the evidence behind decisions (<c>busker-explain: true</c>).</summary>
    public bool Explain { get; init; }

    /// <summary>The caller's <c>request_id</c> field or <c>Idempotency-Key</c> header; null when neither was sent.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>The headers that came with the call.</summary>
    public RequestMetadata Metadata { get; init; }

    /// <summary>Headers and trailers to go out with the answer.</summary>
    public AnswerMetadata Answer => _answer ??= new AnswerMetadata();

    /// <summary>Null when the handler says nothing beside its answer.</summary>
    internal AnswerMetadata? Said => _answer;

    /// <summary>The message this call carries; what <see cref="Key"/> fingerprints.</summary>
    public IMessage? Request { get; init; }

    /// <summary>The <c>tenant_id</c> of every row this call may touch: the tenant's live or test scope.</summary>
    public Guid Scope => Principal.Scope;

    public Guid Tenant => Principal.TenantId;

    public KeyEnvironment Environment => Principal.Environment;

    /// <summary>What an audit entry says about its cause.</summary>
    public Author Author => new(Scope, Principal.KeyId, Method, RequestId);

    /// <summary>
    /// What makes a repeat of this mutation the same mutation; null when the caller named no key. Hand it to the
    /// idempotency table within the transaction that does the work. Computed when first asked for.
    /// </summary>
    public RequestKey? Key => IdempotencyKey is null || Request is null
        ? null
        : _key ??= new RequestKey(Scope, Principal.KeyId, Method, IdempotencyKey, Idempotency.Fingerprint(Request));

    /// <summary>The same for one part of a call that carries many, each with a <c>request_id</c> of its own.</summary>
    /// <param name="part">A message with a string field <c>request_id</c>.</param>
    /// <param name="method">Full name of the method whose request ids these are.</param>
    /// <returns>INVALID_FIELD when there is none, REQUEST_ID_INVALID when it is malformed.</returns>
    public Result<RequestKey> PartKey(IMessage part, string method)
    {
        var id = Idempotency.Read(part, Idempotency.FieldOf(part.Descriptor), default);
        if (id.Fault is { } malformed) return malformed;
        return id.Value is { } name
            ? new RequestKey(Scope, Principal.KeyId, method, name, Idempotency.Fingerprint(part))
            : Fault.Invalid(Idempotency.Field, "Required: it is what makes a repeat safe.");
    }

    /// <summary>True when the answer is the stored first answer; the edge then sets <c>idempotency-replayed: true</c>.</summary>
    public bool Replayed { get; private set; }

    public void MarkReplayed() => Replayed = true;
}

/// <summary>How a repeatable mutation answers.</summary>
public static class OnceAnswers
{
    /// <summary>The answer, or why there is none; says on the call when the answer is that of an earlier call.</summary>
    public static Result<T> Told<T>(this Result<Once<T>> once, Call call)
    {
        if (once.Fault is { } fault) return fault;
        if (once.Value.Replayed) call.MarkReplayed();
        return once.Value.Answer;
    }
}
