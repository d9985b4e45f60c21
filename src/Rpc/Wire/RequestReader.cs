using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Busker.Kernel;
using Busker.Rpc.Json;
using Google.Protobuf;

namespace Busker.Rpc.Wire;

/// <summary>Takes messages off the connection: whole bodies (Connect unary) or five-byte envelopes (all others).</summary>
internal static class RequestReader
{
    private const int EnvelopeHead = 5;
    private const byte Compressed = 1;
    private const byte EndOfStream = 2;

    /// <summary>Something of the body is here; nothing is taken.</summary>
    public static bool HasBody(Exchange x)
    {
        try
        {
            var body = x.Http.Request.BodyReader;
            if (!body.TryRead(out var read)) return false;
            body.AdvanceTo(read.Buffer.Start);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // Found again, and told, when it is read.
        }

        return true;
    }

    /// <summary>Waits until something of the body is here.</summary>
    public static async ValueTask WaitForBodyAsync(Exchange x)
    {
        var body = x.Http.Request.BodyReader;
        try
        {
            body.AdvanceTo((await body.ReadAsync(x.Http.RequestAborted)).Buffer.Start);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // Found again, and told, when it is read.
        }
    }

    /// <summary>The one message of a unary or server-streaming call.</summary>
    public static ValueTask<Result<T>> ReadOneAsync<T>(Exchange x, MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        if (x.RequestIsGzip is null) return new(UnknownEncoding);
        return x.Dialect.BodyIsPlain(x) && ReadNow(x, x.Http.Request.BodyReader, parser) is { } message ? new(message) : ReadLaterAsync(x, parser);
    }

    /// <summary>The usual request: here already, whole, and plain. It needs no waiting, and one look at the connection.</summary>
    /// <returns>Null when it is anything else; nothing was taken then.</returns>
    private static Result<T>? ReadNow<T>(Exchange x, PipeReader body, MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        if (!body.TryRead(out var read)) return null;
        var (buffer, head) = (read.Buffer, x.Dialect.HasEnvelopes ? EnvelopeHead : 0);
        if (read.IsCompleted && buffer.Length >= head && buffer.Length - head <= x.Options.MessageBytesMax
            && (head == 0 ? x.RequestIsGzip == false : Head(buffer) == (0, (uint)(buffer.Length - head))))
        {
            var result = Parse(x, buffer.Slice(head), parser);
            body.AdvanceTo(buffer.End);
            return result;
        }

        body.AdvanceTo(buffer.Start);
        return null;
    }

    private static async ValueTask<Result<T>> ReadLaterAsync<T>(Exchange x, MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        var body = await x.Dialect.OpenBodyAsync(x);
        if (body.Fault is { } unreadable) return unreadable;
        if (!x.Dialect.HasEnvelopes) return await ReadWholeAsync(x, body.Value, parser);
        var first = await ReadEnvelopeAsync(x, body.Value, parser);
        if (first.Fault is { } fault) return fault;
        if (first.Value is not { } message) return NoMessage;
        var second = await ReadEnvelopeAsync(x, body.Value, parser);
        return second.Fault ?? (second.Value is null ? message : (Result<T>)SecondMessage);
    }

    /// <returns>The next message, null at the end of the request, or a fault.</returns>
    public static async ValueTask<Result<T?>> ReadEnvelopeAsync<T>(Exchange x, PipeReader body, MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        while (true)
        {
            var read = await body.ReadAsync(x.Ct);
            var buffer = read.Buffer;
            if (buffer.Length >= EnvelopeHead)
            {
                var (flags, length) = Head(buffer);
                if (length > (uint)x.Options.MessageBytesMax)
                {
                    body.AdvanceTo(buffer.End); // so that the connection can be drained and used again
                    return TooLarge(x.Options.MessageBytesMax);
                }

                if (buffer.Length >= EnvelopeHead + length)
                {
                    var payload = buffer.Slice(EnvelopeHead, length);
                    var result = (flags & EndOfStream) != 0
                        ? (Result<T?>)(T?)null
                        : Widen(Decode(x, payload, (flags & Compressed) != 0, parser));
                    body.AdvanceTo(payload.End);
                    return result;
                }
            }

            if (read.IsCompleted)
            {
                body.AdvanceTo(buffer.End);
                return buffer.IsEmpty ? (T?)null : Truncated;
            }

            body.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private static async ValueTask<Result<T>> ReadWholeAsync<T>(Exchange x, PipeReader body, MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        while (true)
        {
            var read = await body.ReadAsync(x.Ct);
            if (read.Buffer.Length > x.Options.MessageBytesMax)
            {
                body.AdvanceTo(read.Buffer.End); // so that the connection can be drained and used again
                return TooLarge(x.Options.MessageBytesMax);
            }

            if (!read.IsCompleted)
            {
                body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                continue;
            }

            var result = Decode(x, read.Buffer, x.RequestIsGzip == true && !read.Buffer.IsEmpty, parser);
            body.AdvanceTo(read.Buffer.End);
            return result;
        }
    }

    private static Result<T> Decode<T>(Exchange x, ReadOnlySequence<byte> payload, bool packed, MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        if (!packed) return Parse(x, payload, parser);
        if (x.RequestIsGzip != true) return UnannouncedCompression;
        try
        {
            using var plain = Gzip.Unpack(payload, x.Options.MessageBytesMax);
            return plain is null
                ? TooLarge(x.Options.MessageBytesMax)
                : Parse(x, new ReadOnlySequence<byte>(plain.Memory), parser);
        }
        catch (InvalidDataException)
        {
            return NotGzip;
        }
    }

    private static Result<T> Parse<T>(Exchange x, ReadOnlySequence<byte> payload, MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        if (x.Codec == Codec.Json) return JsonReader.Read(payload, parser);
        try
        {
            return parser.ParseFrom(payload);
        }
        catch (InvalidProtocolBufferException e)
        {
            return new Fault(Code.InvalidArgument, "MALFORMED_BODY", $"The body is not a {typeof(T).Name}: {e.Message}");
        }
    }

    private static Result<T?> Widen<T>(Result<T> result) where T : class =>
        result.Fault is { } fault ? fault : (T?)result.Value;

    private static (byte Flags, uint Length) Head(ReadOnlySequence<byte> buffer)
    {
        Span<byte> head = stackalloc byte[EnvelopeHead];
        buffer.Slice(0, EnvelopeHead).CopyTo(head);
        return (head[0], BinaryPrimitives.ReadUInt32BigEndian(head[1..]));
    }

    internal static Fault TooLarge(int bytesMax) => new(Code.ResourceExhausted, "MESSAGE_TOO_LARGE",
        $"A message may have up to {bytesMax} bytes, also after decompression.");

    private static readonly Fault NoMessage = new(Code.InvalidArgument, "MALFORMED_BODY", "The request carries no message.");

    private static readonly Fault SecondMessage =
        new(Code.InvalidArgument, "MALFORMED_BODY", "The request carries more than the one message this method takes.");

    private static readonly Fault Truncated =
        new(Code.InvalidArgument, "MALFORMED_BODY", "The request ends in the middle of a message.");

    private static readonly Fault UnannouncedCompression =
        new(Code.InvalidArgument, "MALFORMED_BODY", "A message is marked as compressed, but no encoding was announced.");

    private static readonly Fault NotGzip =
        new(Code.InvalidArgument, "MALFORMED_BODY", "A message is announced as gzip and is not.");

    /// <summary>Recognised by the pipeline and shown as UNIMPLEMENTED, which handlers may not choose.</summary>
    internal static readonly Fault UnknownEncoding = new(Code.InvalidArgument, "ENCODING_UNKNOWN",
        "The request is compressed with an encoding that is not spoken here; use identity or gzip.");
}
