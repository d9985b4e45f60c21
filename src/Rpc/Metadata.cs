using Busker.Kernel;
using Microsoft.AspNetCore.Http;

namespace Busker.Rpc;

/// <summary>The headers that came with a call, by their lower-case names: gRPC's metadata, Connect's and HTTP's headers.</summary>
public readonly struct RequestMetadata(IHeaderDictionary? headers)
{
    /// <summary>As sent; several of one name joined by commas; null when there is none.</summary>
    public string? this[string name] => headers is not null && headers.TryGetValue(name, out var values) ? values.ToString() : null;

    /// <summary>The bytes of a header whose name ends with <c>-bin</c>; null when there is none or it is not base64.</summary>
    public byte[]? Bytes(string name)
    {
        if (this[name] is not { } text) return null;
        var padded = text.TrimEnd('=');
        padded = padded.PadRight((padded.Length + 3) / 4 * 4, '=');
        var bytes = new byte[padded.Length / 4 * 3];
        return Convert.TryFromBase64String(padded, bytes, out var length) ? bytes[..length] : null;
    }
}

/// <summary>
/// What a handler says beside its answer. Headers go out with the first message, trailers with the end, also after a refusal; in
/// every protocol. Browsers of other origins see only those that the edge exposes.
/// </summary>
public sealed class AnswerMetadata
{
    private static readonly string[] Reserved = ["grpc-", "connect-", "content-", "trailer", "access-control-", "x-request-id", "retry-after", "idempotency-replayed"];

    internal List<(string Name, string Value)> Headers { get; } = [];
    internal List<(string Name, string Value)> Trailers { get; } = [];

    /// <summary>Adds a header. In a stream: before the first message.</summary>
    /// <param name="name">lower-case letters, digits and <c>-_.</c>; not one of a protocol's own</param>
    /// <param name="value">printable ASCII</param>
    public void Header(string name, string value) => Headers.Add(Checked(name, value));

    /// <summary>Adds a trailer.</summary>
    /// <inheritdoc cref="Header(string, string)"/>
    public void Trailer(string name, string value) => Trailers.Add(Checked(name, value));

    /// <param name="name">ends with <c>-bin</c></param>
    /// <param name="value">any bytes</param>
    public void Header(string name, ReadOnlySpan<byte> value) => Headers.Add(Binary(name, value));

    /// <inheritdoc cref="Header(string, ReadOnlySpan{byte})"/>
    public void Trailer(string name, ReadOnlySpan<byte> value) => Trailers.Add(Binary(name, value));

    private static (string, string) Binary(string name, ReadOnlySpan<byte> value) =>
        name.EndsWith("-bin", StringComparison.Ordinal) ? Checked(name, Convert.ToBase64String(value).TrimEnd('='))
            : throw new InvariantException($"the name of binary metadata ends with -bin, and {name} does not");

    private static (string, string) Checked(string name, string value)
    {
        if (name.Length == 0 || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.'))
            throw new InvariantException($"{name} is not a name of metadata");
        if (Reserved.Any(r => name.StartsWith(r, StringComparison.Ordinal))) throw new InvariantException($"{name} is the protocol's own");
        if (!value.All(c => c is >= ' ' and <= '~')) throw new InvariantException($"the value of {name} is not printable ASCII");
        return (name, value);
    }
}
