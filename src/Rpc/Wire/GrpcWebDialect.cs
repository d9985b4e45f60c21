using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Text;
using Busker.Kernel;
using Google.Protobuf;

namespace Busker.Rpc.Wire;

/// <summary>gRPC-Web: as gRPC, but the trailers are a last envelope of the body, so HTTP/1.1 and browsers can read them.</summary>
internal class GrpcWebDialect : GrpcDialect
{
    private const byte TrailerFlag = 0x80;

    public override void Write(Exchange x, IMessage message) => MessageWriter.WriteEnvelope(x, x.Http.Response.BodyWriter, message);

    public override void End(Exchange x, WireStatus? status)
    {
        if (!x.Begun) Begin(x);
        if (status is not null) RetryHeader(x, status);
        var text = status is null
            ? "grpc-status: 0\r\n"
            : $"grpc-status: {(int)status.Code}\r\ngrpc-message: {PercentEncoding.Encode(status.Message)}\r\n"
              + $"grpc-status-details-bin: {ErrorDetails.Base64(status, x.RequestId)}\r\n";
        if (x.Said is { Trailers.Count: > 0 } said) text += string.Concat(said.Trailers.Select(t => $"{t.Name}: {t.Value}\r\n"));
        WriteTrailer(x, Encoding.ASCII.GetBytes(text));
    }

    protected override string ContentType(Exchange x) =>
        x.Codec == Codec.Json ? "application/grpc-web+json" : "application/grpc-web+proto";

    protected virtual void WriteTrailer(Exchange x, ReadOnlySpan<byte> trailer) =>
        MessageWriter.WriteEnvelope(x.Http.Response.BodyWriter, trailer, TrailerFlag, pack: false);

    protected static void WriteTrailerTo(IBufferWriter<byte> target, ReadOnlySpan<byte> trailer) =>
        MessageWriter.WriteEnvelope(target, trailer, TrailerFlag, pack: false);
}

/// <summary>gRPC-Web for callers that can only read text: each envelope as its own padded base64.</summary>
internal sealed class GrpcWebTextDialect : GrpcWebDialect
{
    public override void Write(Exchange x, IMessage message)
    {
        using var frame = new PooledBuffer();
        MessageWriter.WriteEnvelope(x, frame, message);
        WriteText(x, frame.Written);
    }

    public override bool BodyIsPlain(Exchange x) => false;

    public override async ValueTask<Result<PipeReader>> OpenBodyAsync(Exchange x)
    {
        var body = x.Http.Request.BodyReader;
        var bytesMax = (x.Options.MessageBytesMax + 16L) / 3 * 4;
        while (true)
        {
            var read = await body.ReadAsync(x.Ct);
            if (read.Buffer.Length > bytesMax)
            {
                body.AdvanceTo(read.Buffer.End);
                return RequestReader.TooLarge(x.Options.MessageBytesMax);
            }

            if (read.IsCompleted)
            {
                var plain = DecodePieces(read.Buffer.ToArray());
                body.AdvanceTo(read.Buffer.End);
                return plain is null ? NotBase64 : PipeReader.Create(new ReadOnlySequence<byte>(plain.Value));
            }

            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    protected override string ContentType(Exchange x) =>
        x.Codec == Codec.Json ? "application/grpc-web-text+json" : "application/grpc-web-text+proto";

    protected override void WriteTrailer(Exchange x, ReadOnlySpan<byte> trailer)
    {
        using var frame = new PooledBuffer();
        WriteTrailerTo(frame, trailer);
        WriteText(x, frame.Written);
    }

    /// <summary>Several padded base64 texts one after the other are one body: padding may stand in the middle.</summary>
    internal static ReadOnlyMemory<byte>? DecodePieces(ReadOnlySpan<byte> text)
    {
        var result = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        var length = 0;
        while (!text.IsEmpty)
        {
            var padding = text.IndexOf((byte)'=');
            var end = padding < 0 ? text.Length : Math.Min(text.Length, (padding / 4 + 1) * 4);
            if (Base64.DecodeFromUtf8(text[..end], result.AsSpan(length), out _, out var written) != OperationStatus.Done) return null;
            length += written;
            text = text[end..];
        }

        return result.AsMemory(0, length);
    }

    private static void WriteText(Exchange x, ReadOnlySpan<byte> frame)
    {
        var target = x.Http.Response.BodyWriter;
        var span = target.GetSpan(Base64.GetMaxEncodedToUtf8Length(frame.Length));
        Base64.EncodeToUtf8(frame, span, out _, out var written);
        target.Advance(written);
    }

    private static readonly Fault NotBase64 = new(Code.InvalidArgument, "MALFORMED_BODY", "The body is not base64.");
}
