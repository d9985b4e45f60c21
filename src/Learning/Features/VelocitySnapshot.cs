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
    private const string Magic = "BUSKVEL1";

    public static byte[] Write(VelocityState state)
    {
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory, Encoding.UTF8);
        writer.Write(Encoding.ASCII.GetBytes(Magic));
        writer.Write(state.Plan.Signature());
        writer.Write(state.Now);
        foreach (var entities in state.States)
        {
            writer.Write(entities.Count);
            foreach (var (key, entity) in entities.OrderBy(e => e.Key))
            {
                writer.Write(key);
                WriteEntity(writer, entity);
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
        for (var e = 0; e < state.States.Length; e++)
        {
            for (var n = reader.ReadInt32(); n > 0; n--) state.States[e][reader.ReadUInt64()] = ReadEntity(reader, plan.Plans[e]);
        }

        return state;
    }

    private static void WriteEntity(BinaryWriter writer, EntityState entity)
    {
        writer.Write(entity.End);
        writer.Write(MemoryMarshal.AsBytes(entity.Entries.AsSpan(0, entity.End)));
        writer.Write(MemoryMarshal.AsBytes(entity.Windows.AsSpan()));
        writer.Write(MemoryMarshal.AsBytes(entity.Decays.AsSpan()));
        foreach (var number in new[] { entity.Total, entity.TotalFrauds, entity.First, entity.Last, entity.LastFraud }) writer.Write(number);
        foreach (var sketch in entity.Sketches)
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

    private static EntityState ReadEntity(BinaryReader reader, EntityPlan plan)
    {
        var entity = new EntityState(plan) { End = reader.ReadInt32() };
        entity.Entries = new Entry[Math.Max(4, entity.End)];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(entity.Entries.AsSpan(0, entity.End)));
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(entity.Windows.AsSpan()));
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(entity.Decays.AsSpan()));
        (entity.Total, entity.TotalFrauds, entity.First, entity.Last, entity.LastFraud) =
            (reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64());
        foreach (var sketch in entity.Sketches)
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

        return entity;
    }

    private static Fault Bad(string message) => new(Code.InvalidArgument, "LEARNING_BAD_SNAPSHOT", message);
}
