using System.Security.Cryptography;
using Busker.Datasets.V1;
using Busker.Kernel;
using Busker.Rpc;
using Busker.Warehouse;
using Google.Protobuf;

namespace Busker.Datasets;

/// <summary>The caller's rows of one dataset, of one moment, as a file; whole exactly when its end was told.</summary>
internal sealed class ExportDataset(Shelf shelf, DatasetExport export) : IStreamRpc<ExportDatasetRequest, ExportPiece>
{
    private const int PieceBytes = 256 << 10;

    public async Task<Fault?> HandleAsync(ExportDatasetRequest request, Call call, Func<ExportPiece, ValueTask> send, CancellationToken ct)
    {
        if (Check(request) is { } wrong) return wrong;
        if (shelf.Find(request.Dataset) is not { } dataset) return NotFound(request.Dataset);
        var format = request.Format == ExportDatasetRequest.Types.Format.Csv ? DatasetFormat.Csv : DatasetFormat.Parquet;
        var written = await export.WriteAsync(dataset, format, call.Scope, ct);
        if (written.Fault is { } fault) return fault;
        using var file = written.Value;
        await SendAsync(file, send, ct);
        return null;
    }

    private static async Task SendAsync(DatasetExport.Written file, Func<ExportPiece, ValueTask> send, CancellationToken ct)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var stream = File.OpenRead(file.Path);
        var piece = new byte[PieceBytes];
        while (await stream.ReadAtLeastAsync(piece, PieceBytes, throwOnEndOfStream: false, ct) is var read and > 0)
        {
            hash.AppendData(piece, 0, read);
            await send(new ExportPiece { Data = ByteString.CopyFrom(piece, 0, read) });
        }

        await send(new ExportPiece
        {
            End = new ExportEnd { Rows = file.Rows, Bytes = stream.Length, Sha256 = ByteString.CopyFrom(hash.GetHashAndReset()) },
        });
    }

    private static Fault? Check(ExportDatasetRequest request) => request switch
    {
        { Dataset: "" } => Fault.Invalid("dataset", "Name one of those that DescribeDatasets tells."),
        { Format: not (ExportDatasetRequest.Types.Format.Csv or ExportDatasetRequest.Types.Format.Parquet) } =>
            Fault.Invalid("format", "FORMAT_CSV or FORMAT_PARQUET."),
        _ => null,
    };

    private static Fault NotFound(string name) =>
        new(Code.NotFound, "DATASET_NOT_FOUND", $"There is no dataset {name}; DescribeDatasets tells which there are.", "dataset");
}
