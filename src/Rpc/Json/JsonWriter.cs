using System.Buffers;
using System.Text;
using Google.Protobuf;

namespace Busker.Rpc.Json;

/// <summary>A message as proto3 JSON.</summary>
internal static class JsonWriter
{
    public static void Write(IBufferWriter<byte> target, IMessage message) =>
        Encoding.UTF8.GetBytes(JsonFormatter.Default.Format(message), target);
}
