using Busker.Experiments.V1;
using Google.Protobuf;

namespace Busker.Flags;

/// <summary>The wire format of a flag state. The flags of a large one are parsed by two threads: they are most of it.</summary>
internal static class StateParser
{
    private const int Large = 1 << 20;
    private const uint FlagsTag = (FlagState.FlagsFieldNumber << 3) | 2;

    /// <exception cref="InvalidProtocolBufferException">It is none.</exception>
    public static FlagState Parse(byte[] bytes, int count)
    {
        if (count < Large || Split(bytes.AsSpan(0, count)) is not { } parts) return FlagState.Parser.ParseFrom(bytes, 0, count);
        var flags = new Flag[parts.Flags.Count];
        try
        {
            Parallel.Invoke(() => Fill(0, flags.Length / 2), () => Fill(flags.Length / 2, flags.Length));
        }
        catch (AggregateException)
        {
            return FlagState.Parser.ParseFrom(bytes, 0, count); // says what is wrong
        }

        var state = FlagState.Parser.ParseFrom(parts.Others);
        state.Flags.Add(flags);
        return state;

        void Fill(int from, int to)
        {
            for (var i = from; i < to; i++) flags[i] = Flag.Parser.ParseFrom(bytes, parts.Flags[i].At, parts.Flags[i].Length);
        }
    }

    /// <summary>Where each flag is, and the bytes of everything else. Null: it is damaged.</summary>
    private static (List<(int At, int Length)> Flags, byte[] Others)? Split(ReadOnlySpan<byte> bytes)
    {
        var flags = new List<(int, int)>();
        var others = new MemoryStream();
        for (var at = 0; at < bytes.Length;)
        {
            var start = at;
            if (!Varint(bytes, ref at, out var tag) || (tag & 7) is not (0 or 2) || !Varint(bytes, ref at, out var value)) return null;
            if ((tag & 7) == 2)
            {
                if (value > (ulong)(bytes.Length - at)) return null;
                if (tag == FlagsTag) flags.Add((at, (int)value));
                at += (int)value;
            }

            if (tag != FlagsTag) others.Write(bytes[start..at]);
        }

        return (flags, others.ToArray());
    }

    private static bool Varint(ReadOnlySpan<byte> bytes, ref int at, out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 64 && at < bytes.Length; shift += 7)
        {
            var part = bytes[at++];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80) return true;
        }

        return false;
    }
}
