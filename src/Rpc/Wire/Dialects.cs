using System.Collections.Frozen;

namespace Busker.Rpc.Wire;

/// <summary>Which protocol a content type speaks.</summary>
internal static class Dialects
{
    public static readonly GrpcDialect Grpc = new();
    private static readonly GrpcWebDialect GrpcWeb = new();
    private static readonly GrpcWebTextDialect GrpcWebText = new();
    public static readonly ConnectUnaryDialect ConnectUnary = new();
    private static readonly ConnectStreamDialect ConnectStream = new();

    private static readonly FrozenDictionary<string, (Dialect Dialect, Codec Codec)> ByContentType =
        new Dictionary<string, (Dialect, Codec)>
        {
            ["application/grpc"] = (Grpc, Codec.Proto),
            ["application/grpc+proto"] = (Grpc, Codec.Proto),
            ["application/grpc+json"] = (Grpc, Codec.Json),
            ["application/grpc-web"] = (GrpcWeb, Codec.Proto),
            ["application/grpc-web+proto"] = (GrpcWeb, Codec.Proto),
            ["application/grpc-web+json"] = (GrpcWeb, Codec.Json),
            ["application/grpc-web-text"] = (GrpcWebText, Codec.Proto),
            ["application/grpc-web-text+proto"] = (GrpcWebText, Codec.Proto),
            ["application/proto"] = (ConnectUnary, Codec.Proto),
            ["application/json"] = (ConnectUnary, Codec.Json),
            ["application/connect+proto"] = (ConnectStream, Codec.Proto),
            ["application/connect+json"] = (ConnectStream, Codec.Json),
        }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, (Dialect Dialect, Codec Codec)>.AlternateLookup<ReadOnlySpan<char>> Lookup =
        ByContentType.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>All content types, for the <c>accept-post</c> header of a 415.</summary>
    public static readonly string All = string.Join(", ", ByContentType.Keys.Order(StringComparer.Ordinal));

    public static bool TryFind(string? contentType, out Dialect dialect, out Codec codec)
    {
        (dialect, codec) = (ConnectUnary, Codec.Proto);
        if (contentType is null) return false;
        var name = contentType.AsSpan();
        if (name.IndexOf(';') is >= 0 and var end) name = name[..end].TrimEnd();
        if (!Lookup.TryGetValue(name, out var found)) return false;
        (dialect, codec) = found;
        return true;
    }
}
