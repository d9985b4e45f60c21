using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Busker.Rpc.Json;

/// <summary>
/// A message as proto3 JSON, UTF-8: lowerCamelCase names, 64-bit integers as strings, enums by name, bytes as base64,
/// fields at their default left out. Well-known types other than wrappers are spelled by Google.Protobuf.
/// </summary>
internal static class JsonWriter
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static void Write(IBufferWriter<byte> target, IMessage message)
    {
        using var json = new Utf8JsonWriter(target, Options);
        WriteMessage(json, message);
    }

    private static void WriteMessage(Utf8JsonWriter json, IMessage message)
    {
        if (WellKnown.IsSpecial(message.Descriptor))
        {
            json.WriteRawValue(JsonFormatter.Default.Format(message), skipInputValidation: true);
            return;
        }

        json.WriteStartObject();
        foreach (var field in message.Descriptor.Fields.InFieldNumberOrder())
        {
            if (field.HasPresence && !field.Accessor.HasValue(message)) continue;
            var value = field.Accessor.GetValue(message);
            if (!field.HasPresence && IsDefault(field, value)) continue;
            json.WritePropertyName(field.JsonName);
            if (field.IsMap) WriteMap(json, field, (IDictionary)value);
            else if (field.IsRepeated) WriteList(json, field, (IList)value);
            else WriteValue(json, field, value);
        }

        json.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter json, FieldDescriptor field, IList values)
    {
        json.WriteStartArray();
        foreach (var value in values) WriteValue(json, field, value!);
        json.WriteEndArray();
    }

    private static void WriteMap(Utf8JsonWriter json, FieldDescriptor field, IDictionary values)
    {
        var value = field.MessageType.FindFieldByNumber(2);
        json.WriteStartObject();
        foreach (DictionaryEntry entry in values)
        {
            json.WritePropertyName(entry.Key is bool b ? (b ? "true" : "false") : Convert.ToString(entry.Key, CultureInfo.InvariantCulture)!);
            WriteValue(json, value, entry.Value!);
        }

        json.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter json, FieldDescriptor field, object value)
    {
        switch (value)
        {
            case IMessage message: WriteMessage(json, message); break;
            case string text: json.WriteStringValue(text); break;
            case bool flag: json.WriteBooleanValue(flag); break;
            case int number when field.FieldType != FieldType.Enum: json.WriteNumberValue(number); break;
            case uint number: json.WriteNumberValue(number); break;
            case long number: json.WriteStringValue(number.ToString(CultureInfo.InvariantCulture)); break;
            case ulong number: json.WriteStringValue(number.ToString(CultureInfo.InvariantCulture)); break;
            case float number when float.IsFinite(number): json.WriteNumberValue(number); break;
            case double number when double.IsFinite(number): json.WriteNumberValue(number); break;
            case float or double: json.WriteStringValue(Odd(Convert.ToDouble(value, CultureInfo.InvariantCulture))); break;
            case ByteString bytes: json.WriteBase64StringValue(bytes.Span); break;
            default: WriteEnum(json, field, Convert.ToInt32(value, CultureInfo.InvariantCulture)); break;
        }
    }

    private static void WriteEnum(Utf8JsonWriter json, FieldDescriptor field, int number)
    {
        if (field.EnumType.FindValueByNumber(number) is { } known) json.WriteStringValue(known.Name);
        else json.WriteNumberValue(number);
    }

    private static string Odd(double number) => double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity";

    private static bool IsDefault(FieldDescriptor field, object value) => value switch
    {
        _ when field.IsRepeated => value is ICollection { Count: 0 },
        string text => text.Length == 0,
        ByteString bytes => bytes.IsEmpty,
        bool flag => !flag,
        double number => BitConverter.DoubleToInt64Bits(number) == 0,
        float number => BitConverter.SingleToInt32Bits(number) == 0,
        _ => Convert.ToInt64(value is ulong u ? (u == 0 ? 0 : 1) : value, CultureInfo.InvariantCulture) == 0,
    };
}
