using System.IO.Pipelines;
using Busker.Kernel;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;

namespace Busker.Rpc.Wire;

/// <summary>How one protocol spells a call: where messages sit in the body, and how an end is told. Stateless.</summary>
internal abstract class Dialect
{
    /// <summary>Messages travel in five-byte envelopes; false for Connect unary, whose body is the message.</summary>
    public virtual bool HasEnvelopes => true;

    /// <summary>What the dialect can carry: Connect spells unary and streaming calls by different content types.</summary>
    public virtual bool Carries(RpcMethod method) => true;

    /// <summary>Name of the header that says how request messages are compressed.</summary>
    public abstract string EncodingHeader { get; }

    /// <summary>Name of the header in which the caller says which encodings it reads.</summary>
    public abstract string AcceptEncodingHeader { get; }

    /// <summary>Name of the header that carries the caller's patience.</summary>
    public abstract string TimeoutHeader { get; }

    public abstract TimeSpan? ParseTimeout(string value);

    /// <summary>The body is what came over the connection: neither from the query nor to be decoded first.</summary>
    public virtual bool BodyIsPlain(Exchange x) => true;

    public virtual ValueTask<Result<PipeReader>> OpenBodyAsync(Exchange x) => new(x.Http.Request.BodyReader);

    /// <summary>Sets the headers of a good answer.</summary>
    public abstract void Begin(Exchange x);

    public abstract void Write(Exchange x, IMessage message);

    /// <summary>Says how the call ended; null means well.</summary>
    public abstract void End(Exchange x, WireStatus? status);

    protected static void CommonHeaders(Exchange x)
    {
        x.Http.Response.Headers["x-request-id"] = x.RequestId;
        if (x.Said is { } said) Append(x.Http.Response.Headers, said.Headers);
    }

    /// <summary>What the handler said; several of one name stay several.</summary>
    protected static void Append(IHeaderDictionary headers, List<(string Name, string Value)> said, string prefix = "")
    {
        foreach (var (name, value) in said) headers.Append(prefix + name, value);
    }

    protected static void RetryHeader(Exchange x, WireStatus status)
    {
        if (status.RetryAfter is { } wait && !x.Http.Response.HasStarted)
            x.Http.Response.Headers.RetryAfter = ((long)Math.Ceiling(wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
