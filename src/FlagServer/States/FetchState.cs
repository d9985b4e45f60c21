using Busker.Flags;
using Busker.FlagServer.Ofrep;
using Busker.FlagServer.Requests;
using Busker.FlagServer.Serving;
using Microsoft.AspNetCore.Http;

namespace Busker.FlagServer.States;

/// <summary>
/// GET /v1/state: the state file, for clients that resolve by themselves. `?from=` names the state a client holds (hex SHA-256
/// of its bytes) and gives the delta that leads from it, when this server served it lately and the delta is smaller; a state
/// that its owner signed is given whole unless the server signs too. The entity tag is the state's name.
/// </summary>
internal sealed class FetchState(StateWatch watch, Admission admission, FlagServerOptions options)
{
    public const string Path = "/v1/state";
    private const int Kept = 8;

    private readonly Lock _gate = new();
    private readonly List<OpenedState> _lately = [];
    private readonly Dictionary<string, byte[]> _deltas = new(StringComparer.Ordinal);
    private Served? _of;
    private byte[] _whole = [];

    public async Task HandleAsync(HttpContext http)
    {
        var served = watch.Current;
        if (admission.ByHeader(http, served, out var refusal) is null)
        {
            EvaluateFlag.Refuse(http, refusal!, null);
            return;
        }

        var (file, tag) = FileFor(served, http.Request.Query["from"].ToString());
        var response = http.Response;
        response.Headers.ETag = tag;
        response.Headers.CacheControl = "no-cache";
        response.Headers["Busker-State-Version"] = served.Version;
        if (http.Request.Headers.IfNoneMatch.ToString() == tag)
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = "application/octet-stream";
        response.ContentLength = file.Length;
        await response.BodyWriter.WriteAsync(file);
    }

    private (byte[] File, string Tag) FileFor(Served served, string from)
    {
        lock (_gate)
        {
            if (_of != served) Turn(served);
            var now = _lately[^1];
            var tag = $"\"{Name(now)}\"";
            var signed = now.Header.KeyId.Length > 0 && options.SigningKey is null;
            if (signed || _lately.FindLast(s => Name(s) == from) is not { } known || known == now) return (_whole, tag);
            if (!_deltas.TryGetValue(from, out var delta))
            {
                delta = StateFiles.WriteDelta(known, served.Book.State, options.Clock, options.SigningKey, KeyId);
                if (delta.Length >= _whole.Length) delta = _whole;
                _deltas.Add(from, delta);
            }

            return (delta, tag);
        }
    }

    // Made when somebody asks: most servers answer for flags alone.
    private void Turn(Served served)
    {
        _whole = served.IsStateFile && options.SigningKey is null ? served.File : StateFiles.Write(served.Book.State, options.Clock, options.SigningKey, KeyId);
        var opened = StateFiles.Read(_whole).Value with { State = new() }; // its bytes are what deltas start from
        _lately.RemoveAll(s => Name(s) == Name(opened));
        _lately.Add(opened);
        if (_lately.Count > Kept) _lately.RemoveAt(0);
        _deltas.Clear();
        _of = served;
    }

    private string KeyId => options.SigningKey is null ? "" : options.SigningKeyId;

    private static string Name(OpenedState state) => Convert.ToHexStringLower(state.Header.StateSha256.Span);
}
