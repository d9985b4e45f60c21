using Busker.Flags;
using Busker.FlagServer.Exposures;
using Busker.FlagServer.Requests;
using Busker.FlagServer.Serving;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;

namespace Busker.FlagServer.Confidence;

/// <summary>
/// POST /v1/flags:apply: flags of an earlier resolve were really seen. All of them count or none does; each is dated by this
/// server's clock, however wrong the caller's is.
/// </summary>
internal sealed class ApplyFlags(StateWatch watch, Admission admission, ExposureLog exposures, ExposureTokens tokens)
{
    public async Task HandleAsync(HttpContext http)
    {
        using var body = await RequestBody.ReadAsync(http);
        var (served, request) = (watch.Current, new ConfidenceRequest());
        var refusal = body.IsTooLarge ? Refusal.TooLarge : request.Read(body.Bytes, served.Names, new EvaluationContext());
        if (refusal is null && admission.BySecret(request.Secret, served, out refusal) is { } caller) refusal = Apply(request, caller);
        if (refusal is null) ConfidenceReply.Send(http, 200, _ => { });
        else ConfidenceReply.Refuse(http, refusal);
    }

    private Refusal? Apply(ConfidenceRequest request, Caller caller)
    {
        if (request.Applied.Count == 0) return Refusal.Parse("flags: name at least one flag that was applied");
        if (request.SentAt is not { } sentAt) return Refusal.Parse("sendTime is missing");
        var opened = tokens.Open(UnsafeByteOperations.UnsafeWrap(request.Token), request.Applied, sentAt);
        if (opened.Fault is { } fault) return Refusal.Parse($"{fault.Field}: {fault.Message}");
        if (opened.Value.Any(e => e.Client != caller.Client)) return new(403, "GENERAL", "the resolve token was given to another client");
        exposures.Add(opened.Value);
        return null;
    }
}
