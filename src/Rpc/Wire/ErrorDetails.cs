using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;

namespace Busker.Rpc.Wire;

/// <summary>The rich part of an error: reason, wrong fields, when to come back, under which id it is found in the logs.</summary>
internal static class ErrorDetails
{
    private const string Domain = "busker";

    public static IEnumerable<IMessage> Of(WireStatus status, string requestId)
    {
        var info = new ErrorInfo { Reason = status.Reason, Domain = Domain };
        if (status.Details is { } details) info.Metadata.Add(details.ToDictionary());
        yield return info;
        if (status.Violations.Count > 0)
        {
            var bad = new BadRequest();
            bad.FieldViolations.AddRange(status.Violations.Select(v =>
                new BadRequest.Types.FieldViolation { Field = v.Field, Description = v.Description }));
            yield return bad;
        }

        if (status.RetryAfter is { } wait) yield return new RetryInfo { RetryDelay = Duration.FromTimeSpan(wait) };
        yield return new RequestInfo { RequestId = requestId };
    }

    /// <summary>google.rpc.Status as gRPC carries it in a binary header: base64 without padding.</summary>
    public static string Base64(WireStatus status, string requestId)
    {
        var message = new Status { Code = (int)status.Code, Message = status.Message };
        message.Details.AddRange(Of(status, requestId).Select(Any.Pack));
        return Convert.ToBase64String(message.ToByteArray()).TrimEnd('=');
    }

    /// <summary>The error object of the Connect protocol.</summary>
    public static void WriteConnect(Utf8JsonWriter json, WireStatus status, string requestId)
    {
        json.WriteStartObject();
        json.WriteString("code", WireStatus.Name(status.Code));
        json.WriteString("message", status.Message);
        json.WriteStartArray("details");
        foreach (var detail in Of(status, requestId))
        {
            json.WriteStartObject();
            json.WriteString("type", detail.Descriptor.FullName);
            json.WriteString("value", Convert.ToBase64String(detail.ToByteArray()).TrimEnd('='));
            json.WritePropertyName("debug");
            json.WriteRawValue(JsonFormatter.Default.Format(detail));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
