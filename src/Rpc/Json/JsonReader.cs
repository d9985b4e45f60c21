using System.Buffers;
using System.Text;
using Busker.Kernel;
using Google.Protobuf;

namespace Busker.Rpc.Json;

/// <summary>proto3 JSON into a message. Unknown fields are refused.</summary>
internal static class JsonReader
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public static Result<T> Read<T>(ReadOnlySequence<byte> body, MessageParser<T> parser) where T : class, IMessage<T>
    {
        try
        {
            return parser.ParseJson(Strict.GetString(body));
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or DecoderFallbackException)
        {
            return new Fault(Code.InvalidArgument, "MALFORMED_BODY", $"The body is not a {typeof(T).Name}: {e.Message}");
        }
    }
}
