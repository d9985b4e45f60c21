using System.IO.Compression;
using System.Security.Cryptography;
using Busker.Experiments.V1;
using Busker.Kernel;
using Google.Protobuf;

namespace Busker.Flags;

/// <summary>A state with the header it came with and its serialised bytes, from which deltas start.</summary>
public sealed record OpenedState(FlagState State, StateHeader Header, ReadOnlyMemory<byte> Bytes, bool IsVerified);

/// <summary>
/// Writes and reads state files: "BSK1", then a StateFile with a signed header over a gzip payload. The signature covers
/// the header, the header holds the digests of payload and state, so nothing can be exchanged unnoticed.
/// </summary>
public static class StateFiles
{
    /// <summary>A state inflates to at most this.</summary>
    public const int MaxStateBytes = 256 << 20;

    private static readonly byte[] Magic = "BSK1"u8.ToArray();
    private static readonly byte[] Domain = "busker flag state\n"u8.ToArray();

    /// <param name="previous">The state before this one; its digest chains the files.</param>
    public static byte[] Write(FlagState state, TimeProvider clock, ECDsa? key = null, string keyId = "", OpenedState? previous = null)
    {
        var bytes = Serialise(state);
        return Seal(Header(state, bytes, clock, keyId, previous), Gzip(bytes), key);
    }

    /// <summary>A delta that leads from `from` to `state`.</summary>
    public static byte[] WriteDelta(OpenedState from, FlagState state, TimeProvider clock, ECDsa? key = null, string keyId = "")
    {
        var bytes = Serialise(state);
        var header = Header(state, bytes, clock, keyId, from);
        header.BaseSha256 = from.Header.StateSha256;
        return Seal(header, Gzip(StateDeltas.Between(from.Bytes.Span, bytes).ToByteArray()), key);
    }

    /// <summary>
    /// Opens a file. With `keys` (by key id) an unsigned or wrongly signed file is refused. A delta needs its base.
    /// </summary>
    public static Result<OpenedState> Read(ReadOnlySpan<byte> file, IReadOnlyDictionary<string, ECDsa>? keys = null, OpenedState? from = null)
    {
        if (!file.StartsWith(Magic)) return Bad("it does not start with BSK1");
        try
        {
            var envelope = StateFile.Parser.ParseFrom(file[Magic.Length..]);
            var header = StateHeader.Parser.ParseFrom(envelope.Header);
            if (keys is not null && !IsSigned(envelope, header, keys)) return new Fault(Code.Unauthenticated, "STATE_FILE_UNSIGNED", $"the state file is not signed by a key that is trusted (key id \"{header.KeyId}\")");
            if (header.StateBytes > MaxStateBytes) return Bad($"it says it inflates to {header.StateBytes} bytes");
            if (!Digest(envelope.Payload.Span).SequenceEqual(header.PayloadSha256.Span)) return Bad("its payload is damaged");
            var payload = header.BaseSha256.IsEmpty ? Inflate(envelope.Payload, (int)header.StateBytes, 0) : Inflate(envelope.Payload, 0, (int)header.StateBytes * 2 + 4096);
            if (!header.BaseSha256.IsEmpty)
            {
                if (from is null || from.Header.StateSha256 != header.BaseSha256) return new Fault(Code.FailedPrecondition, "STATE_DELTA_BASE", "the delta starts from another state");
                payload = StateDeltas.Apply(from.Bytes.Span, StateDelta.Parser.ParseFrom(payload), (int)header.StateBytes);
            }

            if (!Digest(payload).SequenceEqual(header.StateSha256.Span)) return Bad("its state is damaged");
            return new OpenedState(StateParser.Parse(payload, payload.Length), header, payload, keys is not null);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidDataException or ArgumentException)
        {
            return Bad(e.Message);
        }
    }

    private static bool IsSigned(StateFile file, StateHeader header, IReadOnlyDictionary<string, ECDsa> keys) =>
        keys.TryGetValue(header.KeyId, out var key)
        && key.VerifyData([.. Domain, .. file.Header.Span], file.Signature.Span, HashAlgorithmName.SHA256);

    private static byte[] Seal(StateHeader header, byte[] payload, ECDsa? key)
    {
        header.PayloadSha256 = ByteString.CopyFrom(Digest(payload));
        var bytes = header.ToByteArray();
        var file = new StateFile { Header = ByteString.CopyFrom(bytes), Payload = ByteString.CopyFrom(payload) };
        if (key is not null) file.Signature = ByteString.CopyFrom(key.SignData([.. Domain, .. bytes], HashAlgorithmName.SHA256));
        return [.. Magic, .. file.ToByteArray()];
    }

    private static StateHeader Header(FlagState state, byte[] bytes, TimeProvider clock, string keyId, OpenedState? previous) => new()
    {
        Account = state.Account, Version = state.Version, KeyId = keyId, StateBytes = (ulong)bytes.Length,
        BuiltAtUs = (clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / 10,
        StateSha256 = ByteString.CopyFrom(Digest(bytes)),
        PreviousSha256 = previous?.Header.StateSha256 ?? ByteString.Empty,
    };

    private static byte[] Serialise(FlagState state)
    {
        using var memory = new MemoryStream();
        using (var output = new CodedOutputStream(memory, leaveOpen: true) { Deterministic = true }) state.WriteTo(output);
        return memory.ToArray();
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Optimal)) gzip.Write(bytes);
        return memory.ToArray();
    }

    /// <param name="expected">How long it should be; what is longer than `expected` and `more` is refused.</param>
    private static byte[] Inflate(ByteString payload, int expected, int more)
    {
        using var gzip = new GZipStream(new MemoryStream(payload.ToByteArray()), CompressionMode.Decompress);
        var bytes = new byte[expected + 1];
        var count = 0;
        while (true)
        {
            var read = gzip.Read(bytes, count, bytes.Length - count);
            if (read == 0) return count == bytes.Length ? bytes : bytes[..count];
            count += read;
            if (count > expected + more) throw new InvalidDataException("it inflates to more than its header says");
            if (count == bytes.Length) Array.Resize(ref bytes, (int)Math.Min(Math.Max(count * 2L, 81920), expected + (long)more + 1));
        }
    }

    private static byte[] Digest(ReadOnlySpan<byte> bytes) => SHA256.HashData(bytes);

    private static Fault Bad(string why) => new(Code.InvalidArgument, "STATE_FILE_DAMAGED", $"the state file cannot be read: {why}");
}
