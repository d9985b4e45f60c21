using Busker.Rpc.Wire;
using Microsoft.AspNetCore.Http;

namespace Busker.Rpc;

/// <summary>Answers calls of methods that do not exist with UNIMPLEMENTED in the caller's own protocol.</summary>
internal sealed class Strangers(ExchangeReader reader, EdgeOptions options)
{
    /// <returns>False when the request does not look like an RPC at all and belongs to somebody else.</returns>
    public bool TryAnswer(HttpContext http)
    {
        if (!HttpMethods.IsPost(http.Request.Method) || !LooksLikeRpc(http.Request.Path.Value ?? "")) return false;
        if (!Dialects.TryFind(http.Request.ContentType, out var dialect, out var codec)) return false;
        var x = new Exchange(http, method: null, dialect, codec) { Options = options, RequestId = reader.RequestId(http) };
        dialect.End(x, WireStatus.Unimplemented("METHOD_UNKNOWN", $"There is no method {http.Request.Path.Value} here."));
        return true;
    }

    /// <summary><c>/package.Service/Method</c>: two segments, a dot in the first, none in the second.</summary>
    private static bool LooksLikeRpc(string path)
    {
        if (path.Length < 4 || path[0] != '/') return false;
        var slash = path.IndexOf('/', 1);
        return slash > 0 && path.IndexOf('.', 1) is > 0 and var dot && dot < slash
            && path.IndexOfAny(['/', '.'], slash + 1) < 0;
    }
}
