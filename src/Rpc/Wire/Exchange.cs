using Microsoft.AspNetCore.Http;

namespace Busker.Rpc.Wire;

internal enum Codec
{
    Proto,
    Json,
}

/// <summary>One call as it stands on the wire: what was asked, in which dialect, and how far the answer has gone.</summary>
internal sealed class Exchange(HttpContext http, RpcMethod? method, Dialect dialect, Codec codec)
{
    private Call? _call;

    public HttpContext Http { get; } = http;

    /// <summary>Never asked for when the method is unknown: such a call only ends.</summary>
    public RpcMethod Method => method ?? throw new Busker.Kernel.InvariantException("this call names no known method");

    public Dialect Dialect { get; } = dialect;
    public Codec Codec { get; } = codec;

    public required EdgeOptions Options { get; init; }
    public required string RequestId { get; init; }

    /// <summary>Who let the call in; null before that.</summary>
    public Admission? Admission { get; set; }

    /// <summary>The request's messages are gzip; null means the caller used an encoding we do not speak.</summary>
    public bool? RequestIsGzip { get; init; } = false;
    public bool AcceptsGzip { get; init; }

    /// <summary>The message of a GET, which travels in the query; null for a POST.</summary>
    public Stream? QueryMessage { get; init; }

    /// <summary>What the caller grants, as sent; null when it did not say.</summary>
    public TimeSpan? Timeout { get; set; }
    public bool TimeoutIsUnreadable { get; set; }
    public DateTimeOffset? Deadline { get; set; }
    public CancellationToken Ct { get; set; }
    public Principal Principal { get; set; } = Anonymous;

    /// <summary>Headers of a good answer have been set; the HTTP status can no longer tell of a failure.</summary>
    public bool Begun { get; set; }

    /// <summary>Longer patience than this is as good as none, and timers have a largest span.</summary>
    public static readonly TimeSpan TimeoutMax = TimeSpan.FromDays(24);

    public static readonly Principal Anonymous =
        new(Guid.Empty, Guid.Empty, Guid.Empty, KeyEnvironment.Test, [], RateLimit.None);

    /// <summary>What the handler says beside its answer.</summary>
    public AnswerMetadata? Said => _call?.Said;

    public Call NewCall(Google.Protobuf.IMessage? request, string? idempotencyKey) => _call = new()
    {
        Principal = Principal,
        Method = Method.FullName,
        RequestId = RequestId,
        Deadline = Deadline,
        Explain = Http.Request.Headers["busker-explain"] is { Count: 1 } explain && explain[0] is "true" or "1",
        IdempotencyKey = idempotencyKey,
        Request = request,
        Metadata = new RequestMetadata(Http.Request.Headers),
    };
}
