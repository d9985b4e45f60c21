using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using Busker.Experiments.V1;
using Busker.Flags;
using Busker.FlagServer.Exposures;
using Busker.FlagServer.Requests;
using Busker.FlagServer.Serving;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Http;

namespace Busker.FlagServer.Confidence;

/// <summary>
/// POST /v1/flags:resolve. Flags in the order of the state; a name that is not known is absent. With apply the assignments
/// are exposures now; without it they travel in a sealed token until they are applied.
/// </summary>
internal sealed class ResolveFlags(StateWatch watch, Admission admission, ExposureLog exposures, ExposureTokens tokens)
{
    public async Task HandleAsync(HttpContext http)
    {
        using var body = await RequestBody.ReadAsync(http);
        var (served, context, request) = (watch.Current, ContextPool.Rent(), new ConfidenceRequest());
        var refusal = body.IsTooLarge ? Refusal.TooLarge : request.Read(body.Bytes, served.Names, context);
        if (refusal is null && admission.BySecret(request.Secret, served, out refusal) is { } caller) Answer(http, served, request, context, caller);
        else ConfidenceReply.Refuse(http, refusal!);
        ContextPool.Return(context);
    }

    private void Answer(HttpContext http, Served served, ConfidenceRequest request, EvaluationContext context, Caller caller)
    {
        var room = ArrayPool<Answer>.Shared.Rent(served.Flags.Length);
        var answers = room.AsSpan(0, Resolve(served, request, context, caller, room));
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var token = request.Apply ? "" : tokens.Seal(served.Book, answers.ToArray(), context, caller.Client, id).ToBase64();
        if (request.Apply)
        {
            foreach (ref readonly var answer in answers) exposures.Add(answer, context, caller);
        }

        var count = answers.Length;
        ConfidenceReply.Send(http, 200, json =>
        {
            json.WriteStartArray("resolvedFlags");
            for (var i = 0; i < count; i++) Write(json, served.Flags[room[i].Flag!.Index], room[i]);
            json.WriteEndArray();
            json.WriteString("resolveToken", token);
            json.WriteString("resolveId", id);
        });
        ArrayPool<Answer>.Shared.Return(room, clearArray: true);
    }

    private static int Resolve(Served served, ConfidenceRequest request, EvaluationContext context, Caller caller, Span<Answer> room)
    {
        if (request.Flags.Count == 0) return served.Book.ResolveAll(context, caller, room, StickyMemory.NoStore);
        var count = 0;
        foreach (var flag in request.Flags.Distinct().Select(n => served.Find(n)).OfType<FlagAnswers>().OrderBy(f => f.Flag.Index))
        {
            var answer = served.Book.Resolve(flag.Flag, context, caller, StickyMemory.NoStore);
            if (answer.Reason != Reason.FlagNotFound) room[count++] = answer;
        }

        return count;
    }

    private static void Write(Utf8JsonWriter json, FlagAnswers flag, in Answer answer)
    {
        var variant = answer.Variant;
        json.WriteStartObject();
        json.WriteString("flag", $"flags/{flag.Name}");
        json.WriteString("variant", variant is null ? "" : $"flags/{flag.Name}/variants/{variant.Name}");
        if (variant is not null)
        {
            json.WritePropertyName("value");
            if (variant.Value.KindCase == Value.KindOneofCase.StructValue) json.WriteRawValue(variant.Json.Span);
            else
            {
                json.WriteStartObject();
                json.WritePropertyName("value");
                json.WriteRawValue(variant.Json.Span);
                json.WriteEndObject();
            }
        }

        json.WritePropertyName("flagSchema");
        json.WriteRawValue(flag.ConfidenceSchema);
        json.WriteString("reason", Why(answer));
        json.WriteBoolean("shouldApply", answer.ShouldApply);
        json.WriteString("assignmentOrigin", answer.Rule?.Name ?? "");
        json.WriteEndObject();
    }

    // A client takes a value only with MATCH, so a server-side default, which the dialect does not know, says MATCH too.
    private static string Why(in Answer answer) => answer.Reason switch
    {
        Reason.Match => "RESOLVE_REASON_MATCH",
        Reason.NoMatch or Reason.Prerequisite => answer.Variant is null ? "RESOLVE_REASON_NO_SEGMENT_MATCH" : "RESOLVE_REASON_MATCH",
        Reason.Disabled => "RESOLVE_REASON_FLAG_ARCHIVED",
        Reason.TargetingKeyError => "RESOLVE_REASON_TARGETING_KEY_ERROR",
        Reason.Suspended => "RESOLVE_REASON_MATERIALIZATION_NOT_SUPPORTED",
        _ => "RESOLVE_REASON_ERROR",
    };
}
