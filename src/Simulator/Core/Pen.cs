using System.Buffers;
using System.Text.Json;

namespace Busker.Simulator.Core;

/// <summary>What a thread writes its replies with, one after the other.</summary>
internal static class Pen
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _page;

    [ThreadStatic]
    private static Utf8JsonWriter? _json;

    /// <summary>Valid until this thread writes again. The writer checks nothing: several fields may be written as one raw value.</summary>
    public static ReadOnlySpan<byte> Write<T>(T what, Action<Utf8JsonWriter, T> write)
    {
        var page = _page ??= new ArrayBufferWriter<byte>(16_384);
        var json = _json ??= new Utf8JsonWriter(page, new JsonWriterOptions { SkipValidation = true });
        page.ResetWrittenCount();
        json.Reset(page);
        write(json, what);
        json.Flush();
        return page.WrittenSpan;
    }
}
