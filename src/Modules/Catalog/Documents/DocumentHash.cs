using System.Security.Cryptography;
using Busker.Catalog.V1;
using Google.Protobuf;

namespace Busker.Catalog.Documents;

/// <summary>Names a document by its content.</summary>
internal static class DocumentHash
{
    /// <summary>Hex of the first 16 bytes of SHA-256. Documents have no maps, so equal documents have equal bytes.</summary>
    public static string Of(Document document) => Convert.ToHexStringLower(SHA256.HashData(document.ToByteArray())[..16]);
}
