using System.Security.Cryptography;
using Busker.Kernel;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Microsoft.Extensions.Primitives;

namespace Busker.Rpc;

/// <summary>Reads the key of a repeatable request from its <c>request_id</c> field or its header, and fingerprints the rest.</summary>
internal static class Idempotency
{
    public const string Header = "idempotency-key";
    public const string Field = "request_id";
    public const string ReplayedHeader = "idempotency-replayed";
    private const int LengthMax = 128;

    /// <summary>The accessor of a request type's <c>request_id</c> string field; null when it has none.</summary>
    public static IFieldAccessor? FieldOf(MessageDescriptor type) =>
        type.FindFieldByName(Field) is { FieldType: FieldType.String, IsRepeated: false } field ? field.Accessor : null;

    /// <returns>The key, null when none was sent, or INVALID_ARGUMENT.</returns>
    public static Result<string?> Read(IMessage request, IFieldAccessor? field, StringValues header)
    {
        var inField = field is null ? "" : (string)field.GetValue(request);
        var inHeader = header.Count == 0 ? "" : header.ToString();
        if (inField.Length > 0 && inHeader.Length > 0 && inField != inHeader) return TwoKeys;
        var key = inField.Length > 0 ? inField : inHeader;
        if (key.Length == 0) return (string?)null;
        return key.Length <= LengthMax && key.All(c => c is > ' ' and <= '~') ? key : BadKey;
    }

    /// <summary>SHA-256 of the binary request without its <c>request_id</c>, so field and header name the same request.</summary>
    public static ReadOnlyMemory<byte> Fingerprint(IMessage request)
    {
        var field = FieldOf(request.Descriptor);
        var id = field?.GetValue(request);
        field?.Clear(request);
        var bytes = request.ToByteArray();
        if (id is string { Length: > 0 }) field!.SetValue(request, id);
        return SHA256.HashData(bytes);
    }

    private static readonly Fault TwoKeys = new(Code.InvalidArgument, "REQUEST_ID_CONFLICT",
        "request_id and the Idempotency-Key header differ; send one, or the same in both.", Field);

    private static readonly Fault BadKey = new(Code.InvalidArgument, "REQUEST_ID_INVALID",
        "request_id must be 1 to 128 printable ASCII characters without spaces.", Field);
}
