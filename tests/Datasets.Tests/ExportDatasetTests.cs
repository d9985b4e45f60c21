using System.Security.Cryptography;
using System.Text;
using Busker.Datasets.V1;
using Busker.Kernel;

namespace Busker.Datasets.Tests;

public sealed class ExportDatasetTests
{
    private static async Task<(Fault? Fault, List<ExportPiece> Pieces)> AskAsync(
        Room room, string dataset, ExportDatasetRequest.Types.Format format)
    {
        var (request, pieces) = (new ExportDatasetRequest { Dataset = dataset, Format = format }, new List<ExportPiece>());
        var fault = await room.Get<ExportDataset>().HandleAsync(request, room.Call(request), p =>
        {
            pieces.Add(p);
            return ValueTask.CompletedTask;
        }, default);
        return (fault, pieces);
    }

    private static byte[] File(IEnumerable<ExportPiece> pieces) => [.. pieces.SelectMany(p => p.Data)];

    [Fact]
    public async Task The_callers_rows_come_as_a_file()
    {
        await using var room = await Room.OpenAsync();
        var (fault, pieces) = await AskAsync(room, "test_numbers", ExportDatasetRequest.Types.Format.Csv);
        fault.ShouldBeNull();
        Encoding.UTF8.GetString(File(pieces)).ShouldBe($"number,scope\n0,{room.Scope}\n1,{room.Scope}\n2,{room.Scope}\n");
    }

    [Fact]
    public async Task A_large_file_comes_in_pieces_and_its_end_tells_what_it_was()
    {
        await using var room = await Room.OpenAsync(rows: 30_000);
        var (_, pieces) = await AskAsync(room, "test_numbers", ExportDatasetRequest.Types.Format.Csv);
        pieces.Count.ShouldBeGreaterThan(3);
        pieces.SkipLast(1).ShouldAllBe(p => p.KindCase == ExportPiece.KindOneofCase.Data && p.Data.Length <= 256 << 10);
        var (file, end) = (File(pieces), pieces[^1].End);
        (end.Rows, end.Bytes).ShouldBe((30_000, file.Length));
        end.Sha256.ToByteArray().ShouldBe(SHA256.HashData(file));
    }

    [Fact]
    public async Task A_parquet_file_begins_and_ends_as_one()
    {
        await using var room = await Room.OpenAsync();
        var file = File((await AskAsync(room, "test_numbers", ExportDatasetRequest.Types.Format.Parquet)).Pieces);
        Encoding.ASCII.GetString(file[..4]).ShouldBe("PAR1");
        Encoding.ASCII.GetString(file[^4..]).ShouldBe("PAR1");
    }

    [Fact]
    public async Task An_unknown_dataset_is_not_found()
    {
        await using var room = await Room.OpenAsync();
        var fault = (await AskAsync(room, "nothing", ExportDatasetRequest.Types.Format.Csv)).Fault!;
        (fault.Code, fault.Reason, fault.Field).ShouldBe((Code.NotFound, "DATASET_NOT_FOUND", "dataset"));
    }

    [Theory]
    [InlineData("", ExportDatasetRequest.Types.Format.Csv, "dataset")]
    [InlineData("test_numbers", ExportDatasetRequest.Types.Format.Unspecified, "format")]
    [InlineData("test_numbers", (ExportDatasetRequest.Types.Format)9, "format")]
    public async Task A_wrong_field_is_named(string dataset, ExportDatasetRequest.Types.Format format, string field)
    {
        await using var room = await Room.OpenAsync();
        var (fault, pieces) = await AskAsync(room, dataset, format);
        fault!.Field.ShouldBe(field);
        pieces.ShouldBeEmpty();
    }
}
