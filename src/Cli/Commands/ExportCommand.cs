using System.CommandLine;
using System.Security.Cryptography;
using Busker.Datasets.V1;
using Busker.Kernel;
using Spectre.Console;
using Format = Busker.Datasets.V1.ExportDatasetRequest.Types.Format;

namespace Busker.Cli.Commands;

/// <summary>
/// <c>busker export</c>: a tenant's datasets as files, asked of a running product with the tenant's key. A file takes the place
/// of an older one whole or not at all.
/// </summary>
internal static class ExportCommand
{
    private sealed record Wishes(string Folder, string[] Datasets, Format[] Formats);

    public static Command Create()
    {
        var folder = new Argument<string>("folder") { Description = "Where the files go; made when it is not there." };
        var dataset = new Option<string[]>("--dataset") { Description = "Only these; may be given several times." };
        var format = new Option<string>("--format") { Description = "csv, parquet or both.", DefaultValueFactory = _ => "both" };
        var command = new Command("export", "Writes a tenant's datasets as CSV and Parquet.") { folder, dataset, format };
        var product = new RunningProduct(command, "the demo tenant's", keys => keys.Secret);
        command.SetAction(async (parsed, ct) =>
        {
            Format[]? formats = parsed.GetValue(format) switch { "csv" => [Format.Csv], "parquet" => [Format.Parquet], "both" => [Format.Csv, Format.Parquet], _ => null };
            if (formats is null) return RunningProduct.Fail($"--format is {parsed.GetValue(format)}; csv, parquet or both.");
            var wishes = new Wishes(parsed.GetValue(folder)!, parsed.GetValue(dataset) ?? [], formats);
            return File.Exists(wishes.Folder)
                ? RunningProduct.Fail($"{wishes.Folder} is a file; name a folder.")
                : await product.AskAsync(parsed, (api, stop) => ExportAsync(api, wishes, stop), ct);
        });
        return command;
    }

    private static async Task<int> ExportAsync(Api api, Wishes wishes, CancellationToken ct)
    {
        var all = await api.AskAsync("datasets.v1.Datasets/DescribeDatasets", new DescribeDatasetsRequest(), DescribeDatasetsResponse.Parser, ct);
        var names = all.Datasets.Select(d => d.Name).ToList();
        if (wishes.Datasets.Except(names).FirstOrDefault() is { } unknown) return RunningProduct.Fail($"there is no dataset {unknown}; there are {string.Join(", ", names)}.");
        Directory.CreateDirectory(wishes.Folder);
        foreach (var name in wishes.Datasets.Length > 0 ? wishes.Datasets : [.. names])
        {
            foreach (var format in wishes.Formats)
            {
                var file = Path.Combine(wishes.Folder, $"{name}.{(format == Format.Csv ? "csv" : "parquet")}");
                var end = await WriteAsync(api, new ExportDatasetRequest { Dataset = name, Format = format }, file, ct);
                AnsiConsole.MarkupLineInterpolated($"  {file} [grey]{end.Rows} rows, {end.Bytes} bytes[/]");
            }
        }

        return 0;
    }

    /// <summary>Into a neighbour first; only what arrived whole, as its hash says, takes the place of the file.</summary>
    private static async Task<ExportEnd> WriteAsync(Api api, ExportDatasetRequest request, string file, CancellationToken ct)
    {
        var half = $"{file}.{Environment.ProcessId}.part";
        try
        {
            var end = await ReceiveAsync(api, request, half, ct);
            File.Move(half, file, overwrite: true);
            return end;
        }
        finally
        {
            File.Delete(half);
        }
    }

    private static async Task<ExportEnd> ReceiveAsync(Api api, ExportDatasetRequest request, string half, CancellationToken ct)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var stream = new FileStream(half, FileMode.Create, FileAccess.Write);
        await foreach (var piece in api.StreamAsync("datasets.v1.Datasets/ExportDataset", request, ExportPiece.Parser, ct))
        {
            if (piece.KindCase == ExportPiece.KindOneofCase.End)
            {
                stream.Flush(flushToDisk: true);
                return piece.End.Bytes == stream.Length && piece.End.Sha256.Span.SequenceEqual(hash.GetHashAndReset())
                    ? piece.End
                    : throw new InvalidOperationException($"{request.Dataset} did not arrive whole; export it again.");
            }

            hash.AppendData(piece.Data.Span);
            await stream.WriteAsync(piece.Data.Memory, ct);
        }

        throw new InvariantException("a stream of pieces ended without its end");
    }
}
