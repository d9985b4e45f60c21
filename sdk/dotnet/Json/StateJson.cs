using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Busker.Experiments.V1;
using Google.Protobuf.Reflection;

namespace Busker.Flags.Json;

/// <summary>
/// The protobuf JSON of a flag state: rewritten to the wire format in one pass, which is then parsed. What is no field, or
/// not of its field's type, or there twice, is refused with its line.
/// </summary>
internal ref struct StateJson
{
    private static readonly JsonShape Shape = JsonShape.Of(FlagState.Descriptor);
    private static ReadOnlySpan<byte> Mark => [0xEF, 0xBB, 0xBF];

    private readonly ReadOnlySpan<byte> _json;
    private readonly WireBuffer _wire;
    private Utf8JsonReader _reader;

    private StateJson(ReadOnlySpan<byte> json)
    {
        _json = json;
        _wire = new(json.Length / 2 + 256); // JSON says the same in more bytes
        _reader = new(json, new JsonReaderOptions { MaxDepth = 256 });
    }

    /// <exception cref="FormatException">Says what is wrong, and where.</exception>
    public static FlagState Parse(ReadOnlySpan<byte> json)
    {
        var transcoder = new StateJson(json.StartsWith(Mark) ? json[Mark.Length..] : json);
        try
        {
            transcoder.Document();
        }
        catch (JsonException e)
        {
            throw new FormatException($"line {e.LineNumber + 1}: {e.Message}", e);
        }
        catch (InvalidOperationException e) // text that is no Unicode
        {
            throw transcoder.Wrong(e.Message);
        }

        return StateParser.Parse(transcoder._wire.Bytes, transcoder._wire.Count);
    }

    private void Document()
    {
        Next();
        if (_reader.TokenType != JsonTokenType.StartObject) throw Wrong("is not an object");
        Members(Shape);
        if (_reader.Read()) throw Wrong("goes on after its end");
    }

    private void Next()
    {
        if (!_reader.Read()) throw Wrong("ends too early");
    }

    private void Members(JsonShape shape)
    {
        var (seen, oneofs, hint) = (0ul, 0u, 0);
        for (Next(); _reader.TokenType != JsonTokenType.EndObject; Next())
        {
            var field = shape.Find(_reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(_reader.GetString()!) : _reader.ValueSpan, hint)
                ?? throw Wrong($"\"{_reader.GetString()}\" is not a field of {shape.Name}");
            if ((seen & (1ul << field.Index)) != 0) throw Wrong($"\"{field.OwnName}\" is there twice");
            seen |= 1ul << field.Index;
            hint = field.Index + 1;
            Next();
            if (_reader.TokenType == JsonTokenType.Null && !IsValue(field)) continue;
            if ((oneofs & field.OneofBit) != 0) throw Wrong($"\"{field.OwnName}\" excludes another field that is there too");
            oneofs |= field.OneofBit;
            if (field.IsRepeated) Elements(field);
            else if (field.IsMap) Entries(field);
            else One(field);
        }
    }

    private static bool IsValue(JsonField field) => field.Type == FieldType.Message && !field.IsRepeated && field.Message.AnyJson == "Value";

    private void Elements(JsonField field)
    {
        if (_reader.TokenType != JsonTokenType.StartArray) throw Wrong($"\"{field.OwnName}\" is not a list");
        for (Next(); _reader.TokenType != JsonTokenType.EndArray; Next()) One(field);
    }

    private void Entries(JsonField field)
    {
        if (_reader.TokenType != JsonTokenType.StartObject) throw Wrong($"\"{field.OwnName}\" is not an object");
        for (Next(); _reader.TokenType != JsonTokenType.EndObject; Next())
        {
            _wire.Tag(field.Number, 2);
            var began = _wire.Begin();
            _wire.Tag(1, 2);
            Text();
            Next();
            One(field.MapValue);
            _wire.End(began);
        }
    }

    private void One(JsonField field)
    {
        switch (field.Type)
        {
            case FieldType.Message:
                _wire.Tag(field.Number, 2);
                Message(field.Message, field.OwnName);
                break;
            case FieldType.String when _reader.TokenType == JsonTokenType.String:
                _wire.Tag(field.Number, 2);
                Text();
                break;
            case FieldType.Bytes when _reader.TokenType == JsonTokenType.String:
                _wire.Tag(field.Number, 2);
                Bytes(field);
                break;
            case FieldType.Bool when _reader.TokenType is JsonTokenType.True or JsonTokenType.False:
                _wire.Tag(field.Number, 0);
                _wire.Varint(_reader.TokenType == JsonTokenType.True ? 1u : 0u);
                break;
            case FieldType.Double:
                _wire.Tag(field.Number, 1);
                _wire.Double(Number(field));
                break;
            case FieldType.Enum:
                _wire.Tag(field.Number, 0);
                _wire.Varint((ulong)Word(field));
                break;
            case FieldType.Int32 or FieldType.Int64 or FieldType.UInt32 or FieldType.UInt64 or FieldType.SInt64:
                _wire.Tag(field.Number, 0);
                _wire.Varint(Whole(field));
                break;
            default:
                throw Wrong($"\"{field.OwnName}\" is not {field.Type.ToString().ToLowerInvariant()}");
        }
    }

    private void Message(JsonShape shape, string name)
    {
        var began = _wire.Begin();
        if (shape.AnyJson == "Value") Value();
        else if (_reader.TokenType == JsonTokenType.StartObject && shape.AnyJson == "Struct") Struct();
        else if (_reader.TokenType == JsonTokenType.StartObject) Members(shape);
        else throw Wrong($"\"{name}\" is not an object");
        _wire.End(began);
    }

    private void Text()
    {
        var began = _wire.Begin();
        _wire.Put(_reader.CopyString(_wire.Space(_reader.ValueSpan.Length)));
        _wire.End(began);
    }

    private void Bytes(JsonField field)
    {
        var text = _reader.GetString()!.Replace('-', '+').Replace('_', '/').TrimEnd('=');
        var began = _wire.Begin();
        if (!Convert.TryFromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='), _wire.Space(text.Length), out var length)) throw Wrong($"\"{field.OwnName}\" is not base64");
        _wire.Put(length);
        _wire.End(began);
    }

    private double Number(JsonField field)
    {
        if (_reader.TokenType == JsonTokenType.Number && _reader.TryGetDouble(out var number) && double.IsFinite(number)) return number;
        if (_reader.TokenType == JsonTokenType.String)
        {
            if (_reader.ValueTextEquals("NaN")) return double.NaN;
            if (_reader.ValueTextEquals("Infinity")) return double.PositiveInfinity;
            if (_reader.ValueTextEquals("-Infinity")) return double.NegativeInfinity;
            if (double.TryParse(_reader.ValueSpan, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out number) && double.IsFinite(number)) return number;
        }

        throw Wrong($"\"{field.OwnName}\" is not a number");
    }

    private ulong Whole(JsonField field)
    {
        var fits = _reader.TokenType is JsonTokenType.Number or JsonTokenType.String;
        var signed = 0L;
        if (fits && field.Type is FieldType.UInt32 or FieldType.UInt64)
        {
            if (Utf8Parser.TryParse(_reader.ValueSpan, out ulong value, out var used) && used == _reader.ValueSpan.Length && (field.Type == FieldType.UInt64 || value <= uint.MaxValue)) return value;
            fits = double.TryParse(_reader.ValueSpan, CultureInfo.InvariantCulture, out var number) && Math.Floor(number) == number && number >= 0 && number <= uint.MaxValue;
            if (fits) return (ulong)number;
        }
        else if (fits)
        {
            fits = Utf8Parser.TryParse(_reader.ValueSpan, out signed, out var used) && used == _reader.ValueSpan.Length;
            if (!fits && double.TryParse(_reader.ValueSpan, CultureInfo.InvariantCulture, out var number) && Math.Floor(number) == number && Math.Abs(number) <= 1L << 53) (fits, signed) = (true, (long)number);
            if (field.Type == FieldType.Int32) fits &= signed is >= int.MinValue and <= int.MaxValue;
        }

        if (!fits) throw Wrong($"\"{field.OwnName}\" is not a whole number in range");
        return field.Type == FieldType.SInt64 ? (ulong)((signed << 1) ^ (signed >> 63)) : (ulong)signed;
    }

    private long Word(JsonField field)
    {
        if (_reader.TokenType == JsonTokenType.Number && _reader.TryGetInt32(out var number)) return number;
        if (_reader.TokenType == JsonTokenType.String)
        {
            foreach (var (word, value) in field.Words)
            {
                if (_reader.ValueTextEquals(word)) return value;
            }
        }

        throw Wrong($"\"{field.OwnName}\" is none of {string.Join(", ", field.Words.Select(w => Encoding.UTF8.GetString(w.Word)))}");
    }

    // google.protobuf.Value: null 1, number 2, string 3, bool 4, struct 5, list 6.
    private void Value()
    {
        switch (_reader.TokenType)
        {
            case JsonTokenType.Null:
                _wire.Tag(1, 0);
                _wire.Varint(0);
                break;
            case JsonTokenType.Number:
                _wire.Tag(2, 1);
                if (!_reader.TryGetDouble(out var number) || !double.IsFinite(number)) throw Wrong("a number is out of range");
                _wire.Double(number);
                break;
            case JsonTokenType.String:
                _wire.Tag(3, 2);
                Text();
                break;
            case JsonTokenType.True or JsonTokenType.False:
                _wire.Tag(4, 0);
                _wire.Varint(_reader.TokenType == JsonTokenType.True ? 1u : 0u);
                break;
            default:
                var isStruct = _reader.TokenType == JsonTokenType.StartObject;
                _wire.Tag(isStruct ? 5 : 6, 2);
                var began = _wire.Begin();
                if (isStruct) Struct();
                else Items();
                _wire.End(began);
                break;
        }
    }

    private void Struct()
    {
        for (Next(); _reader.TokenType != JsonTokenType.EndObject; Next())
        {
            _wire.Tag(1, 2);
            var entry = _wire.Begin();
            _wire.Tag(1, 2);
            Text();
            _wire.Tag(2, 2);
            var began = _wire.Begin();
            Next();
            Value();
            _wire.End(began);
            _wire.End(entry);
        }
    }

    private void Items()
    {
        for (Next(); _reader.TokenType != JsonTokenType.EndArray; Next())
        {
            _wire.Tag(1, 2);
            var began = _wire.Begin();
            Value();
            _wire.End(began);
        }
    }

    private readonly FormatException Wrong(string what) =>
        new($"line {_json[..(int)_reader.TokenStartIndex].Count((byte)'\n') + 1}: {what}");
}
