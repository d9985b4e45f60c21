using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Busker.Rpc;

namespace Busker.Tenancy;

/// <summary>
/// What opens a key: <c>bk_test_</c> or <c>bk_live_</c> and 256 random bits. Only the SHA-256 is kept; a slow hash would
/// add nothing, since there is nothing to guess.
/// </summary>
internal static class Secret
{
    private const int HintLength = 14;

    public static string New(KeyEnvironment environment)
    {
        Span<byte> bits = stackalloc byte[32];
        RandomNumberGenerator.Fill(bits);
        return (environment == KeyEnvironment.Live ? "bk_live_" : "bk_test_") + Base64Url.EncodeToString(bits);
    }

    /// <summary>How the secret begins; 36 of its 256 bits.</summary>
    public static string Hint(string secret) => secret[..HintLength] + "…";

    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
