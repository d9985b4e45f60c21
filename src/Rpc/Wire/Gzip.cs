using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;

namespace Busker.Rpc.Wire;

/// <summary>gzip of single messages, with the size limit applied to what comes out.</summary>
internal static class Gzip
{
    /// <summary>Smaller answers are sent as they are: the gain would not pay for the work.</summary>
    public const int WorthwhileBytes = 1024;

    /// <returns>The unpacked message, or null when it is larger than allowed. The caller disposes it.</returns>
    /// <exception cref="InvalidDataException">The bytes are not gzip.</exception>
    public static PooledBuffer? Unpack(ReadOnlySequence<byte> packed, int bytesMax)
    {
        using var source = PipeReader.Create(packed).AsStream();
        using var gzip = new GZipStream(source, CompressionMode.Decompress);
        var result = new PooledBuffer((int)Math.Min(Math.Max(packed.Length * 3, 1024), bytesMax));
        try
        {
            for (int read; (read = gzip.Read(result.GetSpan(1024))) > 0;)
            {
                result.Advance(read);
                if (result.Length <= bytesMax) continue;
                result.Dispose();
                return null;
            }

            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    /// <returns>The packed bytes. The caller disposes them.</returns>
    public static PooledBuffer Pack(ReadOnlySpan<byte> plain)
    {
        var result = new PooledBuffer(plain.Length / 2);
        using (var gzip = new GZipStream(new Sink(result), CompressionLevel.Fastest)) gzip.Write(plain);
        return result;
    }

    /// <summary>True when a list such as <c>identity, gzip;q=0.8</c> names gzip.</summary>
    public static bool IsIn(string? encodings) =>
        encodings is not null && encodings.Contains("gzip", StringComparison.OrdinalIgnoreCase);

    private sealed class Sink(PooledBuffer target) : Stream
    {
        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(ReadOnlySpan<byte> buffer) => target.Write(buffer);
        public override void Write(byte[] buffer, int offset, int count) => target.Write(buffer.AsSpan(offset, count));
        public override void Flush() { }
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
