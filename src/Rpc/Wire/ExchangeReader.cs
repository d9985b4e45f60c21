using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Busker.Rpc.Wire;

/// <summary>Reads the head of a request: its dialect, encodings, deadline and id. The body comes later.</summary>
internal sealed class ExchangeReader(EdgeOptions options, TimeProvider clock)
{
    private const int RequestIdLengthMax = 64;

    // Ids made here: 64 random bits of this process and a count, so no call waits for the system's random source.
    private readonly string _ours = Guid.CreateVersion7(clock.GetUtcNow()).ToString("N")[16..];
    private long _made;

    /// <returns>Null when the content type is none of ours.</returns>
    public Exchange? Read(HttpContext http, RpcMethod method)
    {
        var headers = http.Request.Headers;
        if (HttpMethods.IsGet(http.Request.Method)) return ReadGet(http, method);
        if (!Dialects.TryFind(http.Request.ContentType, out var dialect, out var codec) || !dialect.Carries(method)) return null;
        var encoding = headers[dialect.EncodingHeader].ToString();
        return Begin(new Exchange(http, method, dialect, codec)
        {
            Options = options,
            RequestId = RequestId(http),
            RequestIsGzip = IsGzip(encoding),
            AcceptsGzip = Gzip.IsIn(headers[dialect.AcceptEncodingHeader]),
        });
    }

    /// <summary>Accepted when it is short and harmless in a log line; otherwise made here.</summary>
    public string RequestId(HttpContext http)
    {
        var given = http.Request.Headers["x-request-id"];
        var id = given is [{ Length: > 0 and <= RequestIdLengthMax } sent] && sent.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':')
            ? sent
            : string.Create(CultureInfo.InvariantCulture, $"{_ours}{Interlocked.Increment(ref _made):x16}");
        http.TraceIdentifier = id;
        return id;
    }

    private Exchange? ReadGet(HttpContext http, RpcMethod method)
    {
        var query = http.Request.Query;
        var codec = query["encoding"].ToString() switch { "json" => Codec.Json, "proto" => Codec.Proto, _ => (Codec?)null };
        if (codec is null || method.Streams || !query.TryGetValue("message", out var text)) return null;
        if (QueryMessage(text.ToString(), query["base64"] == "1") is not { } message) return null;
        return Begin(new Exchange(http, method, Dialects.ConnectUnary, codec.Value)
        {
            Options = options,
            RequestId = RequestId(http),
            RequestIsGzip = IsGzip(query["compression"].ToString()),
            AcceptsGzip = Gzip.IsIn(http.Request.Headers.AcceptEncoding),
            QueryMessage = new MemoryStream(message),
        });
    }

    private Exchange Begin(Exchange x)
    {
        var patience = x.Http.Request.Headers[x.Dialect.TimeoutHeader];
        if (patience.Count > 0)
        {
            x.Timeout = x.Dialect.ParseTimeout(patience.ToString());
            x.TimeoutIsUnreadable = x.Timeout is null;
            if (x.Timeout is { } timeout) x.Deadline = clock.GetUtcNow() + (timeout < Exchange.TimeoutMax ? timeout : Exchange.TimeoutMax);
        }

        return x;
    }

    private static bool? IsGzip(string encoding) => encoding switch
    {
        "" or "identity" => false,
        "gzip" => true,
        _ => null,
    };

    private static byte[]? QueryMessage(string text, bool isBase64)
    {
        if (!isBase64) return Encoding.UTF8.GetBytes(text);
        try
        {
            return WebEncoders.Base64UrlDecode(text.TrimEnd('=').Replace('+', '-').Replace('/', '_'));
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
