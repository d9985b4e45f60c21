using Busker.Datasets.V1;

namespace Busker.Datasets.Tests;

public sealed class DescribeDatasetsTests
{
    [Fact]
    public async Task Each_dataset_is_told_with_its_columns()
    {
        await using var room = await Room.OpenAsync();
        var request = new DescribeDatasetsRequest();
        var told = (await room.Get<DescribeDatasets>().HandleAsync(request, room.Call(request), default)).Value.Datasets.ShouldHaveSingleItem();
        (told.Name, told.Meaning).ShouldBe(("test_numbers", "A number."));
        told.Columns.Select(c => (c.Name, c.Type, c.Meaning)).ShouldBe(
            [("number", Column.Types.Type.Whole, "Which."), ("scope", Column.Types.Type.Text, "Whose.")]);
    }
}
