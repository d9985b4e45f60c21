using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace Busker.FlagServer.Requests;

/// <summary>A request's whole body. Small ones are looked at where they arrived; others are copied once.</summary>
internal readonly struct RequestBody : IDisposable
{
    public const int MaxBytes = 1 << 20;

    private readonly PipeReader? _reader;
    private readonly ReadOnlySequence<byte> _body;
    private readonly byte[]? _rented;

    private RequestBody(PipeReader reader, ReadOnlySequence<byte> body)
    {
        (_reader, _body) = (reader, body);
        if (body.IsSingleSegment) return;
        _rented = ArrayPool<byte>.Shared.Rent((int)body.Length);
        body.CopyTo(_rented);
    }

    /// <summary>It was not read to its end, and the connection closes after the answer.</summary>
    public bool IsTooLarge => _reader is null;

    public ReadOnlySpan<byte> Bytes => _rented is null ? _body.FirstSpan : _rented.AsSpan(0, (int)_body.Length);

    public static async ValueTask<RequestBody> ReadAsync(HttpContext http)
    {
        if (http.Request.ContentLength > MaxBytes) return TooLarge(http);
        var reader = http.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync();
            if (read.Buffer.Length > MaxBytes)
            {
                reader.AdvanceTo(read.Buffer.End);
                return TooLarge(http);
            }

            if (read.IsCompleted) return new RequestBody(reader, read.Buffer);
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    public void Dispose()
    {
        if (_rented is not null) ArrayPool<byte>.Shared.Return(_rented);
        _reader?.AdvanceTo(_body.End);
    }

    private static RequestBody TooLarge(HttpContext http)
    {
        http.Response.Headers.Connection = "close";
        return default;
    }
}
