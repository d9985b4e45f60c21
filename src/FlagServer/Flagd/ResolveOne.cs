using System.Text.Json;
using Busker.Experiments.V1;
using Busker.Flags;
using Busker.FlagServer.Confidence;
using Busker.FlagServer.Exposures;
using Busker.FlagServer.Ofrep;
using Busker.FlagServer.Requests;
using Busker.FlagServer.Serving;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Http;

namespace Busker.FlagServer.Flagd;

/// <summary>flagd.evaluation.v1 ResolveBoolean, ResolveString, ResolveInt, ResolveFloat and ResolveObject.</summary>
internal sealed class ResolveOne(StateWatch watch, Admission admission, ExposureLog exposures)
{
    public async Task HandleAsync(HttpContext http, string type)
    {
        var served = watch.Current;
        if (admission.ByHeader(http, served, out var refusal) is not { } caller)
        {
            ConnectReply.Refuse(http, refusal!);
            return;
        }

        using var body = await RequestBody.ReadAsync(http);
        var (context, key) = (ContextPool.Rent(), (string?)null);
        refusal = body.IsTooLarge ? Refusal.TooLarge : Envelope.Read(body.Bytes, served.Names, context, out key);
        refusal ??= Answer(http, served, key ?? "", type, context, caller);
        if (refusal is not null) ConnectReply.Refuse(http, refusal);
        ContextPool.Return(context);
    }

    private Refusal? Answer(HttpContext http, Served served, string key, string type, EvaluationContext context, Caller caller)
    {
        if (served.Find(key) is not { } flag) return Unknown(key);
        var answer = served.Book.Resolve(flag.Flag, context, caller, StickyMemory.NoStore);
        var refusal = answer.Reason switch
        {
            Reason.FlagNotFound => Unknown(key),
            Reason.Disabled => new(404, "FLAG_NOT_FOUND", $"flag \"{key}\" is disabled"),
            Reason.TargetingKeyError => Refusal.Context("the targeting key is neither a string nor a whole number, or is longer than 100 bytes"),
            Reason.Error => new(500, "GENERAL", $"flag \"{key}\" could not be resolved for this context"),
            _ when answer.LacksUnit => new(400, "TARGETING_KEY_MISSING", $"flag \"{key}\" is spread over units, and the context has no targetingKey"),
            _ when answer.Variant is { } variant && !Fits(variant.Value, type) => Refusal.Parse($"flag \"{key}\" is not of type {type}"),
            _ => null,
        };
        if (refusal is not null) return refusal;
        ConfidenceReply.Send(http, 200, json => Write(json, flag, answer, type));
        exposures.Add(answer, context, caller);
        return null;
    }

    private static Refusal Unknown(string key) => new(404, "FLAG_NOT_FOUND", $"there is no flag \"{key}\" for this client");

    private static bool Fits(Value value, string type) => type switch
    {
        "Boolean" => value.KindCase == Value.KindOneofCase.BoolValue,
        "String" => value.KindCase == Value.KindOneofCase.StringValue,
        "Object" => value.KindCase == Value.KindOneofCase.StructValue,
        "Int" => value.KindCase == Value.KindOneofCase.NumberValue && Math.Floor(value.NumberValue) == value.NumberValue,
        _ => value.KindCase == Value.KindOneofCase.NumberValue,
    };

    // No value: the type's zero value is what the contract's readers would see anyway, and the reason says DEFAULT.
    private static void Write(Utf8JsonWriter json, FlagAnswers flag, in Answer answer, string type)
    {
        json.WriteString("reason", FlagdText.Why(flag, answer));
        json.WriteString("variant", answer.Variant?.Name ?? "");
        if (answer.Variant is { } variant)
        {
            json.WritePropertyName("value");
            if (type == "Int") json.WriteStringValue(((long)variant.Value.NumberValue).ToString(System.Globalization.CultureInfo.InvariantCulture));
            else json.WriteRawValue(variant.Json.Span);
        }

        json.WriteStartObject("metadata");
        OfrepText.Metadata(json, flag.Metadata(answer.Variant));
        json.WriteEndObject();
    }
}
