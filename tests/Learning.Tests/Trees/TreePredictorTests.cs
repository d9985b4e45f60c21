using Busker.Learning.Numbers;
using Busker.Learning.Trees;

namespace Busker.Learning.Tests.Trees;

public sealed class TreePredictorTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_compiled_form_gives_the_bits_of_the_definition(bool categorical)
    {
        var examples = Given.Binary(30, 5000, 9, 0.1);
        if (categorical)
        {
            for (var r = 0; r < 5000; r++) examples.Table.Columns[2][r] = Math.Floor(Math.Abs(examples.Table.Columns[2][r]) * 5);
        }

        var options = new BoostOptions { Trees = 37, Categorical = categorical ? ["x2"] : [] };
        var model = new Booster(options, new Lanes(2)).Fit(examples).Value;
        var batch = model.Margins(examples.Table, new Lanes(2)).Value;
        var rows = Given.Rows(examples.Table);
        for (var r = 0; r < rows.Length; r++)
        {
            batch[r].ShouldBe(model.Margin(rows[r]));
            model.Predictor.Margin(rows[r]).ShouldBe(batch[r]);
        }
    }

    [Theory]
    [InlineData(5, 31, 0)]
    [InlineData(32, 31, 0.2)]
    [InlineData(40, 12, 0.1)]
    [InlineData(64, 32, 0.3)]
    [InlineData(70, 31, 0.1)]
    [InlineData(7, 60, 0.1)]
    public void Every_compiled_form_gives_the_bits_of_the_definition(int width, int leaves, double missing)
    {
        var examples = Given.Binary(34, 3000, width, missing);
        var options = new BoostOptions { Trees = 35, MaxLeaves = leaves, MinRows = 3, ColumnFractionPerNode = 0.5 };
        var model = new Booster(options, new Lanes(2)).Fit(examples).Value;
        var (masked, packed) = (MaskedTrees.Of(model), PackedTrees.Of(model)!);
        (masked is null).ShouldBe(leaves > 32 || width > 64 || !System.Runtime.Intrinsics.X86.Avx512BW.IsSupported);
        var rows = Given.Rows(examples.Table);
        rows[0].AsSpan().Fill(double.NaN);
        rows[1].AsSpan().Fill(double.PositiveInfinity);
        rows[2].AsSpan().Fill(double.NegativeInfinity);
        foreach (var row in rows)
        {
            var margin = model.Margin(row);
            packed.Margin(row).ShouldBe(margin);
            masked?.Margin(row).ShouldBe(margin);
        }
    }

    [Fact]
    public void One_row_is_scored_without_allocating()
    {
        var model = new Booster(new BoostOptions { Trees = 20 }, Lanes.One).Fit(Given.Binary(31, 2000)).Value;
        double[] row = [0.1, double.NaN, 0.3, -1, 2];
        model.Predictor.Predict(row);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) model.Predictor.Predict(row);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void Columns_are_found_by_name_and_a_missing_one_is_named()
    {
        var examples = Given.Binary(32, 1000);
        var model = new Booster(new BoostOptions { Trees = 5 }, Lanes.One).Fit(examples).Value;
        var turned = examples.Table.Select(["x4", "x3", "x2", "x1", "x0"]).Value;
        model.Predict(turned, Lanes.One).Value.ShouldBe(model.Predict(examples.Table, Lanes.One).Value);
        model.Predict(examples.Table.Select(["x0", "x1"]).Value, Lanes.One).Fault!.Message.ShouldBe("column x2 is missing; the table has x0, x1");
        Should.Throw<ArgumentException>(() => model.Predictor.Margin([1, 2]));
    }

    [Fact]
    public void Importance_names_the_columns_that_matter()
    {
        var (gain, splits, cover) = new Booster(new BoostOptions { Trees = 40 }, Lanes.One).Fit(Given.Binary(33, 5000)).Value.Importance();
        gain[4].ShouldBeLessThan(gain.Take(4).Min());
        (splits.Sum() > 0 && cover.Sum() > 0).ShouldBeTrue();
    }
}
