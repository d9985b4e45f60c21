using System.Buffers;
using System.Buffers.Binary;
using Busker.Rpc.Json;
using Google.Protobuf;

namespace Busker.Rpc.Wire;

/// <summary>Puts messages on the connection, straight into its own buffer when they are binary and small.</summary>
internal static class MessageWriter
{
    private const int Head = 5;
    /// <summary>Larger messages go through a rented buffer: the connection's own hands out no such spans cheaply.</summary>
    public const int DirectBytesMax = 60_000;

    /// <summary>A message in its five-byte envelope, gzip when the caller takes it and it is worth it.</summary>
    public static void WriteEnvelope(Exchange x, IBufferWriter<byte> target, IMessage message)
    {
        if (x.Codec == Codec.Proto)
        {
            var size = message.CalculateSize();
            if (size <= DirectBytesMax && (!x.AcceptsGzip || size < Gzip.WorthwhileBytes))
            {
                var span = target.GetSpan(Head + size);
                WriteHead(span, 0, size);
                message.WriteTo(span.Slice(Head, size));
                target.Advance(Head + size);
                return;
            }
        }

        using var body = Encode(x.Codec, message);
        WriteEnvelope(target, body.Written, 0, x.AcceptsGzip && body.Length >= Gzip.WorthwhileBytes);
    }

    public static void WriteEnvelope(IBufferWriter<byte> target, ReadOnlySpan<byte> body, byte flags, bool pack)
    {
        using var packed = pack ? Gzip.Pack(body) : null;
        if (packed is not null)
        {
            body = packed.Written;
            flags |= 1;
        }

        WriteHead(target.GetSpan(Head), flags, body.Length);
        target.Advance(Head);
        target.Write(body);
    }

    /// <summary>The message alone, in the call's codec. The caller disposes the buffer.</summary>
    public static PooledBuffer Encode(Codec codec, IMessage message)
    {
        var body = new PooledBuffer();
        if (codec == Codec.Json) JsonWriter.Write(body, message);
        else message.WriteTo(body);
        return body;
    }

    private static void WriteHead(Span<byte> span, byte flags, int length)
    {
        span[0] = flags;
        BinaryPrimitives.WriteInt32BigEndian(span[1..], length);
    }
}
