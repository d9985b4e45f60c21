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
    private sealed record Wishes(string Folder, string[] Datasets, Format[] Formats, string Url, string? Key, string State);

    public static Command Create()
    {
        var folder = new Argument<string>("folder") { Description = "Where the files go; made when it is not there." };
        var dataset = new Option<string[]>("--dataset") { Description = "Only these; may be given several times." };
        var format = new Option<string>("--format") { Description = "csv, parquet or both.", DefaultValueFactory = _ => "both" };
        var url = new Option<string>("--url") { Description = "Where the product runs.", DefaultValueFactory = _ => "http://127.0.0.1:8080" };
        var key = new Option<string?>("--key") { Description = "The tenant's key; without it the demo tenant's." };
        var state = new Option<string>("--state") { Description = "Where the demo tenant's key is kept.", DefaultValueFactory = _ => ".busker" };
        var command = new Command("export", "Writes a tenant's datasets as CSV and Parquet.") { folder, dataset, format, url, key, state };
        command.SetAction((parsed, ct) => RunAsync(parsed.GetValue(format)!, new Wishes(
            parsed.GetValue(folder)!, parsed.GetValue(dataset) ?? [], [], parsed.GetValue(url)!, parsed.GetValue(key), parsed.GetValue(state)!), ct));
        return command;
    }

    private static async Task<int> RunAsync(string format, Wishes wishes, CancellationToken ct)
    {
        Format[]? formats = format switch { "csv" => [Format.Csv], "parquet" => [Format.Parquet], "both" => [Format.Csv, Format.Parquet], _ => null };
        if (formats is null) return Fail($"--format is {format}; csv, parquet or both.");
        if (!Uri.TryCreate(wishes.Url, UriKind.Absolute, out _)) return Fail($"--url {wishes.Url} is not an address such as http://127.0.0.1:8080.");
        if (File.Exists(wishes.Folder)) return Fail($"{wishes.Folder} is a file; name a folder.");
        var key = wishes.Key ?? (await DemoTenant.KeptAsync(wishes.State, ct))?.Secret;
        if (key is null) return Fail($"give a --key: {wishes.State} keeps none of a demo tenant.");
        try
        {
            using var api = new Api(wishes.Url, key);
            return await ExportAsync(api, wishes with { Formats = formats }, ct);
        }
        catch (HttpRequestException)
        {
            return Fail($"nothing answers at {wishes.Url}; start the product with ./busker up, or name another --url.");
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            return Fail(e.Message);
        }
    }

    private static async Task<int> ExportAsync(Api api, Wishes wishes, CancellationToken ct)
    {
        var all = await api.AskAsync("datasets.v1.Datasets/DescribeDatasets", new DescribeDatasetsRequest(), DescribeDatasetsResponse.Parser, ct);
        var names = all.Datasets.Select(d => d.Name).ToList();
        if (wishes.Datasets.Except(names).FirstOrDefault() is { } unknown) return Fail($"there is no dataset {unknown}; there are {string.Join(", ", names)}.");
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

    private static int Fail(string sentence)
    {
        Console.Error.WriteLine($"busker: {sentence}");
        return 1;
    }
}
