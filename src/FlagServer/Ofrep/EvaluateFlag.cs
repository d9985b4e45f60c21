using Busker.Experiments.V1;
using Busker.Flags;
using Busker.FlagServer.Exposures;
using Busker.FlagServer.Requests;
using Busker.FlagServer.Serving;
using Microsoft.AspNetCore.Http;

namespace Busker.FlagServer.Ofrep;

/// <summary>POST /ofrep/v1/evaluate/flags/{key}: one flag. Servers ask at the moment of use, so an assignment is an exposure.</summary>
internal sealed class EvaluateFlag(StateWatch watch, Admission admission, ExposureLog exposures)
{
    public async Task HandleAsync(HttpContext http, string key)
    {
        var served = watch.Current;
        if (admission.ByHeader(http, served, out var refusal) is not { } caller)
        {
            Refuse(http, refusal!, key);
            return;
        }

        using var body = await RequestBody.ReadAsync(http);
        var context = ContextPool.Rent();
        refusal = body.IsTooLarge ? Refusal.TooLarge : Envelope.Read(body.Bytes, served.Names, context, out _);
        if (refusal is null) Answer(http, served, key, context, caller);
        else Refuse(http, refusal, key);
        ContextPool.Return(context);
    }

    public static void Refuse(HttpContext http, Refusal refusal, string? key)
    {
        Reply.RetryAfter(http, refusal);
        var piece = OfrepText.Of(refusal, key);
        Reply.Send(http, piece.Status, piece.Bytes);
    }

    private void Answer(HttpContext http, Served served, string key, EvaluationContext context, Caller caller)
    {
        var flag = served.Find(key);
        var answer = flag is null ? default : served.Book.Resolve(flag.Flag, context, caller, StickyMemory.NoStore);
        if (flag is null || answer.Reason == Reason.FlagNotFound)
        {
            Refuse(http, new(404, "FLAG_NOT_FOUND", $"there is no flag \"{key}\" for this client"), key);
            return;
        }

        var piece = flag.Ofrep(answer);
        Reply.Send(http, piece.Status, piece.Bytes);
        exposures.Add(answer, context, caller);
    }
}
