using Busker.Datasets.V1;
using Busker.Kernel;
using Busker.Rpc;
using Busker.Warehouse;

namespace Busker.Datasets;

/// <summary>What can be taken away, with the meaning of every column.</summary>
internal sealed class DescribeDatasets(Shelf shelf) : IRpc<DescribeDatasetsRequest, DescribeDatasetsResponse>
{
    public Task<Result<DescribeDatasetsResponse>> HandleAsync(DescribeDatasetsRequest request, Call call, CancellationToken ct) =>
        Task.FromResult<Result<DescribeDatasetsResponse>>(new DescribeDatasetsResponse { Datasets = { shelf.All.Select(ToProto) } });

    private static V1.Dataset ToProto(Warehouse.Dataset dataset) =>
        new() { Name = dataset.Name, Meaning = dataset.Meaning, Columns = { dataset.Columns.Select(ToProto) } };

    private static V1.Column ToProto(Warehouse.Column column) =>
        new() { Name = column.Name, Type = ToProto(column.Type), Meaning = column.Meaning };

    private static V1.Column.Types.Type ToProto(ColumnType type) => type switch
    {
        ColumnType.Text => V1.Column.Types.Type.Text,
        ColumnType.Whole => V1.Column.Types.Type.Whole,
        ColumnType.Flag => V1.Column.Types.Type.Flag,
        _ => V1.Column.Types.Type.Moment,
    };
}
