using Busker.Learning.Numbers;
using Busker.Learning.Trees;

namespace Busker.Learning.Tests.Trees;

public sealed class BadExamplesTests
{
    private static readonly Table Two = Table.Of(["a", "b"], [[1, 2, 3], [4, 5, 6]]).Value;

    private static string Refusal(double[] labels, BoostOptions? options = null, double[]? weights = null, long[]? queries = null)
    {
        var examples = Examples.Of(Two, labels, weights, queries);
        return (examples.Fault ?? new Booster(options ?? new BoostOptions(), Lanes.One).Fit(examples.Value).Fault).ShouldNotBeNull().Message;
    }

    [Fact]
    public void Each_kind_of_bad_data_gives_one_sentence_with_row_and_column()
    {
        Refusal([0, 1]).ShouldBe("2 labels for 3 rows");
        Refusal([0, double.NaN, 1]).ShouldBe("row 2, column label: the value is missing or infinite");
        Refusal([0, 0, 0]).ShouldBe("column label: all 3 rows are of one class (0); two are needed");
        Refusal([0, 2, 1]).ShouldBe("row 2, column label: 2 is not between 0 and 1");
        Refusal([0, -1, 1], new BoostOptions { Loss = Loss.Poisson }).ShouldBe("row 2, column label: -1 is not a count");
        Refusal([0, 1, 1], new BoostOptions { Loss = Loss.LambdaMart }).ShouldBe("ranking needs the query of each row");
        Refusal([0, 1, 1], null, [1, -2, 1]).ShouldBe("row 2, column weight: -2 is not a weight");
        Refusal([0, 1, 1], null, null, [7, 8, 7]).ShouldBe("row 3, column query: query 7 appears again after others");
        Refusal([0, 1, 1], new BoostOptions { Categorical = ["c"] }).ShouldBe("column c is missing; the table has a, b");
        Refusal([0, 1, 1], new BoostOptions { LearningRate = 0 }).ShouldBe("learning_rate is 0; it must be above 0 and at most 1");
        Refusal([0, 1, 1], new BoostOptions { Patience = 3 }).ShouldBe("early stopping needs validation rows");
        Examples.Of(Table.Of(["a"], [[]]).Value, []).Fault!.Message.ShouldBe("there are no rows to learn from");
    }

    [Fact]
    public void A_category_code_that_is_no_whole_number_is_named()
    {
        var table = Table.Of(["code"], [[1, 2.5, 3]]).Value;
        new Booster(new BoostOptions { Categorical = ["code"] }, Lanes.One).Fit(Examples.Of(table, [0, 1, 0]).Value).Fault!.Message
            .ShouldBe("row 2, column code: 2.5 is not a category code (a whole number from 0)");
    }
}
