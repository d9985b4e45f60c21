using Busker.Experiments.V1;
using Busker.Flags.Hashing;
using Google.Protobuf;

namespace Busker.Flags;

/// <summary>
/// What changed between two byte strings, as copies from the old and insertions. Old blocks of 32 bytes are indexed; the
/// new bytes are scanned for them and each hit is grown in both directions.
/// </summary>
internal static class StateDeltas
{
    private const int Block = 32;

    public static StateDelta Between(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        var index = new Dictionary<ulong, int>(from.Length / Block);
        for (var at = 0; at + Block <= from.Length; at += Block) index.TryAdd(Key(from.Slice(at, Block)), at);
        var delta = new StateDelta();
        var (done, i) = (0, 0);
        while (i + Block <= to.Length)
        {
            if (!index.TryGetValue(Key(to.Slice(i, Block)), out var old) || !from.Slice(old, Block).SequenceEqual(to.Slice(i, Block)))
            {
                i++;
                continue;
            }

            var back = 0;
            while (i - back > done && old - back > 0 && to[i - back - 1] == from[old - back - 1]) back++;
            var length = Block + from[(old + Block)..].CommonPrefixLength(to[(i + Block)..]);
            Insert(delta, to[done..(i - back)]);
            delta.Pieces.Add(new StateDelta.Types.Piece { Copy = new() { Offset = (ulong)(old - back), Length = (ulong)(length + back) } });
            done = i += length;
        }

        Insert(delta, to[done..]);
        return delta;
    }

    public static byte[] Apply(ReadOnlySpan<byte> from, StateDelta delta, int limit)
    {
        using var output = new MemoryStream();
        foreach (var piece in delta.Pieces)
        {
            if (piece.Copy is { } copy)
            {
                if (copy.Offset > (ulong)from.Length || copy.Length > (ulong)from.Length - copy.Offset) throw new InvalidDataException("the delta copies from outside its base");
                output.Write(from.Slice((int)copy.Offset, (int)copy.Length));
            }
            else output.Write(piece.Insert.Span);
            if (output.Length > limit) throw new InvalidDataException("the delta grows beyond what its header says");
        }

        return output.ToArray();
    }

    private static void Insert(StateDelta delta, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 0) delta.Pieces.Add(new StateDelta.Types.Piece { Insert = ByteString.CopyFrom(bytes) });
    }

    private static ulong Key(ReadOnlySpan<byte> block) => Murmur3.X64(block).H1;
}
