using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Busker.Learning.Trees;

/// <summary>SHA-256 over names, columns, labels and weights: says later which data a model came from.</summary>
internal static class Fingerprint
{
    public static string Of(Examples examples)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var c = 0; c < examples.Table.Width; c++)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(examples.Table.Names[c] + "\n"));
            hash.AppendData(MemoryMarshal.AsBytes(examples.Table.Columns[c].AsSpan()));
        }

        hash.AppendData(MemoryMarshal.AsBytes(examples.Labels.AsSpan()));
        if (examples.Weights is { } weights) hash.AppendData(MemoryMarshal.AsBytes(weights.AsSpan()));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
