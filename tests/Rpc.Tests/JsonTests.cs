using System.Buffers;
using System.Text;
using Busker.Echo.V1;
using Busker.Rpc.Json;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;

namespace Busker.Rpc.Tests;

/// <summary>proto3 JSON both ways: agrees with Google.Protobuf on good input, names the field on bad input.</summary>
public sealed class JsonTests
{
    [Theory]
    [InlineData("""{"colour":1,"aInt32":1e3,"a_int64":"9007199254740993","aUint64":"18446744073709551615","aDouble":"NaN","aFloat":-1.5}""")]
    [InlineData("""{"aBytes":"/+8=","aBool":true,"counts":{"a":"1","b":2},"byNumber":{"-7":{"aString":"x"}},"choiceNumber":0,"maybeText":""}""")]
    [InlineData("""{"at":"2026-01-31T00:00:00Z","wait":"1.5s","free":{"a":[1,null,{"b":"c"}]},"value":null,"mask":"aInt32,child.aBool","wrapped":"5","wrappedText":""}""")]
    [InlineData("""{"child":{"children":[{},{"numbers":[1,2,3]}],"aColour":"COLOUR_BLUE"},"aString":null}""")]
    public void Good_json_means_what_google_protobuf_says(string json)
    {
        json = json.Replace("\"colour\"", "\"aColour\"", StringComparison.Ordinal);
        var expected = Everything.Parser.ParseJson(json);
        Read(json).Value.ShouldBe(expected);
        Read(Write(expected)).Value.ShouldBe(expected);
        Everything.Parser.ParseJson(Write(expected)).ShouldBe(expected);
    }

    [Theory]
    [InlineData("""{"nope":1}""", "nope", "FIELD_UNKNOWN")]
    [InlineData("""{"children":[{},{"child":{"nope":1}}]}""", "children[1].child.nope", "FIELD_UNKNOWN")]
    [InlineData("""{"byNumber":{"3":{"aInt32":"x"}}}""", "byNumber[\"3\"].aInt32", "FIELD_INVALID")]
    [InlineData("""{"byNumber":{"x":{}}}""", "byNumber[\"x\"]", "FIELD_INVALID")]
    [InlineData("""{"aInt32":2147483648}""", "aInt32", "FIELD_INVALID")]
    [InlineData("""{"aInt32":1.5}""", "aInt32", "FIELD_INVALID")]
    [InlineData("""{"aUint64":-1}""", "aUint64", "FIELD_INVALID")]
    [InlineData("""{"aDouble":1e999}""", "aDouble", "FIELD_INVALID")]
    [InlineData("""{"aFloat":1e39}""", "aFloat", "FIELD_INVALID")]
    [InlineData("""{"aBool":"true"}""", "aBool", "FIELD_INVALID")]
    [InlineData("""{"aString":7}""", "aString", "FIELD_INVALID")]
    [InlineData("""{"aBytes":"%%%"}""", "aBytes", "FIELD_INVALID")]
    [InlineData("""{"aColour":"COLOUR_GREEN"}""", "aColour", "FIELD_INVALID")]
    [InlineData("""{"numbers":{}}""", "numbers", "FIELD_INVALID")]
    [InlineData("""{"numbers":[1,null]}""", "numbers[1]", "FIELD_INVALID")]
    [InlineData("""{"at":"yesterday"}""", "at", "FIELD_INVALID")]
    [InlineData("""{"aInt32":1,"aInt32":2}""", "aInt32", "FIELD_INVALID")]
    [InlineData("""{"choiceText":"a","choiceNumber":1}""", "choiceNumber", "FIELD_INVALID")]
    [InlineData("[]", null, "FIELD_INVALID")]
    [InlineData("", null, "MALFORMED_BODY")]
    [InlineData("{} x", null, "MALFORMED_BODY")]
    [InlineData("""{"aInt32":NaN}""", null, "MALFORMED_BODY")]
    [InlineData("""{"aInt32":1,}""", null, "MALFORMED_BODY")]
    public void Bad_json_is_refused_with_the_path_of_the_field(string json, string? path, string reason)
    {
        var fault = Read(json).Fault.ShouldNotBeNull();
        (fault.Field, fault.Reason).ShouldBe((path, reason));
    }

    [Fact]
    public void Bytes_may_come_in_either_alphabet() =>
        Read("""{"aBytes":"_-8"}""").Value.ShouldBe(Read("""{"aBytes":"/+8="}""").Value);

    [Fact]
    public void Deep_json_and_bad_utf8_are_refused()
    {
        Read(string.Concat(Enumerable.Repeat("{\"child\":", 200)) + "{}" + new string('}', 200)).Fault!.Reason.ShouldBe("MALFORMED_BODY");
        var bytes = Encoding.UTF8.GetBytes("""{"aString":"xx"}""");
        bytes[13] = 0xff;
        JsonReader.Read(new ReadOnlySequence<byte>(bytes), Everything.Parser).Fault.ShouldNotBeNull();
    }

    [Fact]
    public void Whatever_is_written_reads_back_as_it_was() =>
        Prop.ForAll<int, long, string>((a, b, text) =>
        {
            var d = double.IsNaN(BitConverter.Int64BitsToDouble(b)) ? 0.1 : BitConverter.Int64BitsToDouble(b);
            text = new string((text ?? "").Where(c => !char.IsSurrogate(c)).ToArray());
            var message = new Everything { AInt32 = a, AInt64 = b, AString = text, ADouble = d, AUint64 = unchecked((ulong)b), AFloat = (float)d };
            message.Counts[text] = b;
            message.Children.Add(new Everything { MaybeText = text, ABytes = ByteString.CopyFromUtf8(text) });
            return Read(Write(message)).Value.Equals(message);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_bytes_get_an_answer() =>
        Prop.ForAll<byte[]>(bytes =>
        {
            JsonReader.Read(new ReadOnlySequence<byte>(bytes), Everything.Parser);
            return true;
        }).QuickCheckThrowOnFailure();

    private static Busker.Kernel.Result<Everything> Read(string json) =>
        JsonReader.Read(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(json)), Everything.Parser);

    private static string Write(Everything message)
    {
        var target = new ArrayBufferWriter<byte>();
        JsonWriter.Write(target, message);
        return Encoding.UTF8.GetString(target.WrittenSpan);
    }
}
