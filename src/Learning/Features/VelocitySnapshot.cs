using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Busker.Kernel;

namespace Busker.Learning.Features;

/// <summary>
/// A velocity state as bytes, with the plan's signature in front and SHA-256 behind. A restored state answers with the same
/// bits as the one that was written.
/// </summary>
public static class VelocitySnapshot
{
    private const string Magic = "BUSKVEL3";

    /// <summary>The whole state; equal states give equal bytes.</summary>
    public static byte[] Write(VelocityState state)
    {
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory, Encoding.UTF8);
        writer.Write(Encoding.ASCII.GetBytes(Magic));
        writer.Write(state.Plan.Signature());
        writer.Write(state.Now);
        foreach (var store in state.Stores)
        {
            writer.Write(store.Origin);
            writer.Write(store.Keys.Count);
            var keys = store.Keys.ToArray();
            foreach (var slot in Enumerable.Range(0, keys.Length).OrderBy(s => keys[s]))
            {
                writer.Write(keys[slot]);
                WriteEntity(writer, store, slot);
            }
        }

        writer.Flush();
        var body = memory.ToArray();
        return [.. body, .. SHA256.HashData(body)];
    }

    /// <summary>Refuses bytes that are cut, altered, or of another plan.</summary>
    public static Result<VelocityState> Read(VelocityPlan plan, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 40 || !bytes[..8].SequenceEqual(Encoding.ASCII.GetBytes(Magic))) return Bad("this is not a velocity snapshot");
        if (!SHA256.HashData(bytes[..^32]).AsSpan().SequenceEqual(bytes[^32..])) return Bad("the velocity snapshot is cut short or altered: its checksum does not match");
        using var reader = new BinaryReader(new MemoryStream(bytes[8..^32].ToArray()), Encoding.UTF8);
        if (reader.ReadString() != plan.Signature()) return Bad("the velocity snapshot belongs to another plan");
        var state = new VelocityState(plan) { Now = reader.ReadInt64() };
        foreach (var store in state.Stores)
        {
            store.Origin = reader.ReadInt64();
            for (var n = reader.ReadInt32(); n > 0; n--) ReadEntity(reader, store, store.FindOrAdd(reader.ReadUInt64()));
        }

        return state;
    }

    private static void WriteEntity(BinaryWriter writer, EntityStore store, int slot)
    {
        ref var head = ref store.Heads[slot];
        writer.Write(head.End);
        writer.Write(MemoryMarshal.AsBytes(head.Entries.AsSpan(0, head.End)));
        writer.Write(MemoryMarshal.AsBytes(store.SumsOf(slot)));
        writer.Write(MemoryMarshal.AsBytes(store.SquaresOf(slot)));
        writer.Write(MemoryMarshal.AsBytes(store.DecaysOf(slot)));
        foreach (var number in new[] { head.Total, head.First, head.Last, head.Frauds }) writer.Write(number);
        foreach (var (time, id) in head.Known ?? [])
        {
            writer.Write(time);
            writer.Write(id);
        }

        if (store.Plan.Sketches.Count == 0) return;
        foreach (var sketch in store.Sketches[slot])
        {
            for (var p = 0; p < PaneSketch.Panes; p++)
            {
                writer.Write(sketch.Numbers[p]);
                writer.Write(sketch.Few[p]?.Count ?? 0);
                foreach (var hash in sketch.Few[p] ?? []) writer.Write(hash);
                writer.Write(sketch.Many[p] is not null);
                if (sketch.Many[p] is { } registers) writer.Write(registers);
            }
        }
    }

    private static void ReadEntity(BinaryReader reader, EntityStore store, int slot)
    {
        ref var head = ref store.Heads[slot];
        head.End = reader.ReadInt32();
        head.Entries = new Entry[Math.Max(4, head.End)];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(head.Entries.AsSpan(0, head.End)));
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(store.SumsOf(slot)));
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(store.SquaresOf(slot)));
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(store.DecaysOf(slot)));
        (head.Total, head.First, head.Last) = (reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64());
        for (var n = reader.ReadInt64(); n > 0; n--) (head.Known ??= []).Add((reader.ReadInt64(), reader.ReadInt32()));
        if (store.Plan.Sketches.Count == 0) return;
        foreach (var sketch in store.Sketches[slot])
        {
            for (var p = 0; p < PaneSketch.Panes; p++)
            {
                sketch.Numbers[p] = reader.ReadInt64();
                var few = reader.ReadInt32();
                sketch.Few[p] = new List<ulong>(few);
                for (var i = 0; i < few; i++) sketch.Few[p]!.Add(reader.ReadUInt64());
                if (reader.ReadBoolean()) sketch.Many[p] = reader.ReadBytes(PaneSketch.Registers);
            }
        }
    }

    private static Fault Bad(string message) => new(Code.InvalidArgument, "LEARNING_BAD_SNAPSHOT", message);
}
