using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Busker.FlagServer.Serving;

/// <summary>Bytes that are sent again and again, their digest, and the status they have when they are the whole answer.</summary>
internal sealed class Piece(byte[] bytes, int status = 200)
{
    public byte[] Bytes => bytes;

    public int Status => status;

    public ulong Digest { get; } = BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(bytes));
}
