using Busker.Learning.Numbers;

namespace Busker.Learning.Tests.Numbers;

public sealed class SealedFileTests : IDisposable
{
    private static readonly SealedFile Format = new("BUSKTEST", 2, "test model");
    private static readonly byte[] Bytes = Format.ToBytes(Body);
    private readonly string _path = Path.GetTempFileName();

    private static void Body(BinaryWriter writer)
    {
        writer.Write("name");
        writer.WriteArray([1.5, double.NaN, -0.0]);
        writer.WriteMetrics(new Dictionary<string, double> { ["b"] = 2, ["a"] = 1 });
    }

    private static (string, double[], string) Content(BinaryReader reader) =>
        (reader.ReadString(), reader.ReadArray<double>(), string.Join(' ', reader.ReadMetrics().Select(m => $"{m.Key}{m.Value}")));

    [Fact]
    public void A_path_and_bytes_hold_the_same_and_give_back_what_was_written()
    {
        Format.Write(_path, Body);
        File.ReadAllBytes(_path).ShouldBe(Bytes);
        foreach (var read in new[] { Format.Read(_path, Content), Format.Read(Bytes, Content) })
        {
            var (name, values, metrics) = read.Value;
            (name, metrics).ShouldBe(("name", "a1 b2"));
            values.ShouldBe([1.5, double.NaN, -0.0]);
        }
    }

    [Fact]
    public void Every_shorter_file_and_every_flipped_byte_is_refused()
    {
        for (var at = 0; at < Bytes.Length; at++)
        {
            Refusal(Bytes[..at]).ShouldBe(at < 8 ? "this is not a Busker test model"
                : at < 44 ? $"the test model is cut short: {at} bytes"
                : "the test model is cut short or altered: its checksum does not match");
            byte[] flipped = [.. Bytes];
            flipped[at] ^= 0x10;
            Refusal(flipped).ShouldBe(at < 8 ? "this is not a Busker test model"
                : at < 12 ? $"the test model has version {2 ^ (0x10 << (8 * (at - 8)))}; this program reads version 2"
                : "the test model is cut short or altered: its checksum does not match");
        }
    }

    [Fact]
    public void Another_kind_a_newer_version_and_a_missing_file_are_told_by_name()
    {
        var name = Path.GetFileName(_path);
        new SealedFile("BUSKELSE", 2, "other").Write(_path, Body);
        Format.Read(_path, Content).Fault!.Message.ShouldBe($"{name} is not a Busker test model");
        new SealedFile("BUSKTEST", 3, "test model").Write(_path, Body);
        Format.Read(_path, Content).Fault!.Message.ShouldBe($"{name} has version 3; this program reads version 2");
        File.Delete(_path);
        Format.Read(_path, Content).Fault!.Message.ShouldBe($"{_path} does not exist");
    }

    public void Dispose() => File.Delete(_path);

    private static string Refusal(byte[] bytes) => Format.Read(bytes, Content).Fault!.Message;
}
