using System.Security.Cryptography;
using Busker.Experiments.V1;
using Busker.Flags.Json;
using Busker.Kernel;
using Google.Protobuf;

namespace Busker.Flags;

/// <summary>Reads a state as people keep it: a BSK1 file, or the protobuf JSON of a FlagState.</summary>
public static class StateSource
{
    /// <param name="keys">Trusted signers by key id: then JSON, which nobody can sign, is refused too. Null: unsigned is accepted.</param>
    public static Result<FlagState> Read(ReadOnlySpan<byte> bytes, IReadOnlyDictionary<string, ECDsa>? keys = null)
    {
        if (bytes.StartsWith("BSK1"u8))
        {
            var opened = StateFiles.Read(bytes, keys);
            return opened.Fault is { } fault ? fault : opened.Value.State;
        }

        if (keys is not null) return new Fault(Code.Unauthenticated, "STATE_FILE_UNSIGNED", "the state is not a BSK1 file, so nobody signed it");
        try
        {
            return StateJson.Parse(bytes);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or FormatException)
        {
            return Fault.Invalid("state", $"is neither a BSK1 file nor the JSON of a flag state: {e.Message}");
        }
    }
}
