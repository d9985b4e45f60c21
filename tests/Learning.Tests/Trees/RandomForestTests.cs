using Busker.Learning.Decide;
using Busker.Learning.Numbers;
using Busker.Learning.Trees;

namespace Busker.Learning.Tests.Trees;

public sealed class RandomForestTests
{
    [Fact]
    public void A_forest_averages_to_chances_and_is_the_same_for_any_number_of_threads()
    {
        var (train, test) = (Given.Binary(60, 3000), Given.Binary(61, 3000));
        var forest = new RandomForest(30, 10, 5, 1, Lanes.One).Fit(train).Value;
        var chances = forest.Predict(test.Table, Lanes.One).Value;
        chances.ShouldAllBe(p => p > -1e-6 && p < 1 + 1e-6);
        RankMetrics.Auc(chances, test.Labels).ShouldBeGreaterThan(0.75);
        Given.SameBits(forest, new RandomForest(30, 10, 5, 1, new Lanes(2)).Fit(train).Value, test.Table).ShouldBeTrue();
    }
}
