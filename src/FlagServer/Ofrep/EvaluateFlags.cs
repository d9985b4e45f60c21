using System.Buffers;
using System.Numerics;
using Busker.Flags;
using Busker.FlagServer.Requests;
using Busker.FlagServer.Serving;
using Microsoft.AspNetCore.Http;

namespace Busker.FlagServer.Ofrep;

/// <summary>
/// POST /ofrep/v1/evaluate/flags: every flag the client sees, in the order of the state; a flag that fails says so in its
/// place. The entity tag covers the answers, so it changes exactly when this client's answers do.
/// </summary>
internal sealed class EvaluateFlags(StateWatch watch, Admission admission, EventStreams streams)
{
    private static readonly SearchValues<char> Separators = SearchValues.Create(", ");

    public async Task HandleAsync(HttpContext http)
    {
        // A change event names the state it announces; if that is news to us, the file has just been replaced.
        if (http.Request.QueryString.HasValue && http.Request.Query["flagConfigEtag"] is [{ Length: > 0 } announced] && announced != watch.Current.Etag) watch.Look();
        var served = watch.Current;
        if (admission.ByHeader(http, served, out var refusal) is not { } caller)
        {
            EvaluateFlag.Refuse(http, refusal!, null);
            return;
        }

        using var body = await RequestBody.ReadAsync(http);
        var context = ContextPool.Rent();
        refusal = body.IsTooLarge ? Refusal.TooLarge : Envelope.Read(body.Bytes, served.Names, context, out _);
        if (refusal is null) Answer(http, served, context, caller);
        else EvaluateFlag.Refuse(http, refusal, null);
        ContextPool.Return(context);
    }

    private void Answer(HttpContext http, Served served, EvaluationContext context, Caller caller)
    {
        var (answers, pieces) = (ArrayPool<Answer>.Shared.Rent(served.Flags.Length), ArrayPool<byte[]>.Shared.Rent(served.Flags.Length));
        var count = served.Book.ResolveAll(context, caller, answers, StickyMemory.NoStore);
        var (digest, length) = ((ulong)count, (long)Math.Max(0, count - 1));
        for (var i = 0; i < count; i++)
        {
            var piece = served.Flags[answers[i].Flag!.Index].Ofrep(answers[i]);
            pieces[i] = piece.Bytes;
            length += piece.Bytes.Length;
            digest = unchecked((BitOperations.RotateLeft(digest, 29) ^ piece.Digest) * 0x9e3779b97f4a7c15);
        }

        var tag = $"W/\"{digest:x16}\"";
        http.Response.Headers.ETag = tag;
        http.Response.Headers["Busker-State-Version"] = served.Version;
        if (Matches(http.Request.Headers.IfNoneMatch.ToString(), tag)) http.Response.StatusCode = 304;
        else Write(http, pieces.AsSpan(0, count), length, streams.Tail(served, Admission.Secret(http, served)));
        ArrayPool<Answer>.Shared.Return(answers, clearArray: true);
        ArrayPool<byte[]>.Shared.Return(pieces, clearArray: true);
    }

    private static void Write(HttpContext http, ReadOnlySpan<byte[]> pieces, long length, ReadOnlySpan<byte> tail)
    {
        var start = "{\"flags\":["u8;
        Reply.Head(http, 200, start.Length + length + tail.Length);
        var output = http.Response.BodyWriter;
        output.Write(start);
        for (var i = 0; i < pieces.Length; i++)
        {
            if (i > 0) output.Write(","u8);
            output.Write(pieces[i]);
        }

        output.Write(tail);
    }

    // Weak comparison: W/ says nothing here.
    private static bool Matches(ReadOnlySpan<char> ifNoneMatch, ReadOnlySpan<char> tag)
    {
        foreach (var range in ifNoneMatch.SplitAny(Separators))
        {
            var one = ifNoneMatch[range];
            if (one is "*" || (one.StartsWith("W/") ? one[2..] : one).SequenceEqual(tag[2..])) return true;
        }

        return false;
    }
}
