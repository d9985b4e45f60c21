using System.Buffers;
using System.Text.Json;
using Busker.Experiments.V1;
using Busker.Flags;
using Busker.FlagServer.Confidence;
using Busker.FlagServer.Ofrep;
using Busker.FlagServer.Requests;
using Busker.FlagServer.Serving;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Http;

namespace Busker.FlagServer.Flagd;

/// <summary>flagd.evaluation.v1 ResolveAll: every flag that has a value for this context. What has none is left to the caller's default.</summary>
internal sealed class ResolveAll(StateWatch watch, Admission admission)
{
    public async Task HandleAsync(HttpContext http)
    {
        var served = watch.Current;
        if (admission.ByHeader(http, served, out var refusal) is not { } caller)
        {
            ConnectReply.Refuse(http, refusal!);
            return;
        }

        using var body = await RequestBody.ReadAsync(http);
        var context = ContextPool.Rent();
        refusal = body.IsTooLarge ? Refusal.TooLarge : Envelope.Read(body.Bytes, served.Names, context, out _);
        if (refusal is null) Answer(http, served, context, caller);
        else ConnectReply.Refuse(http, refusal);
        ContextPool.Return(context);
    }

    private static void Answer(HttpContext http, Served served, EvaluationContext context, Caller caller)
    {
        var answers = ArrayPool<Answer>.Shared.Rent(served.Flags.Length);
        var count = served.Book.ResolveAll(context, caller, answers, StickyMemory.NoStore);
        ConfidenceReply.Send(http, 200, json =>
        {
            json.WriteStartObject("flags");
            for (var i = 0; i < count; i++)
            {
                if (!answers[i].LacksUnit && answers[i].Variant is { } variant && Field(variant.Value) is { } field) Write(json, served.Flags[answers[i].Flag!.Index], answers[i], variant, field);
            }

            json.WriteEndObject();
        });
        ArrayPool<Answer>.Shared.Return(answers, clearArray: true);
    }

    private static void Write(Utf8JsonWriter json, FlagAnswers flag, in Answer answer, CompiledVariant variant, string field)
    {
        json.WriteStartObject(flag.Name);
        json.WriteString("reason", FlagdText.Why(flag, answer));
        json.WriteString("variant", variant.Name);
        json.WritePropertyName(field);
        json.WriteRawValue(variant.Json.Span);
        json.WriteStartObject("metadata");
        OfrepText.Metadata(json, flag.Metadata(variant));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string? Field(Value value) => value.KindCase switch
    {
        Value.KindOneofCase.BoolValue => "boolValue",
        Value.KindOneofCase.StringValue => "stringValue",
        Value.KindOneofCase.NumberValue => "doubleValue",
        Value.KindOneofCase.StructValue => "objectValue",
        _ => null,
    };
}
