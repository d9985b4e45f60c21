using Busker.Learning.Decide;
using Busker.Learning.Features;
using Busker.Learning.Fraud;
using Busker.Learning.Numbers;
using Busker.Learning.Trees;

namespace Busker.Learning.Tests.Fraud;

public sealed class CardTownTests
{
    private static readonly CardSet Town = new CardTown(Customers: 700, Terminals: 1400, Days: 75, Seed: 3) { Reach = 14 }.Make();

    [Fact]
    public void The_town_is_the_same_for_a_seed_and_has_the_published_rates()
    {
        var again = new CardTown(Customers: 700, Terminals: 1400, Days: 75, Seed: 3) { Reach = 14 }.Make();
        again.History.Amount.ShouldBe(Town.History.Amount);
        (Town.Rows / 700.0 / 75).ShouldBe(1.92, 0.2);
        (Town.Frauds / (double)Town.Rows).ShouldBeInRange(0.004, 0.016);
        Town.Amounts.Average().ShouldBe(53.6, 5);
    }

    [Fact]
    public void A_fold_leaves_a_week_for_labels_and_leaves_out_known_cards()
    {
        var fold = Prequential.At(Town, "f", 40);
        fold.Train.ShouldAllBe(r => Town.Day[r] >= 40 && Town.Day[r] < 47);
        fold.Test.ShouldAllBe(r => Town.Day[r] >= 54 && Town.Day[r] < 61);
        var known = fold.Train.Where(r => Town.History.Fraud[r]).Select(r => Town.History.Keys[0][r]).ToHashSet();
        fold.Test.ShouldAllBe(r => !known.Contains(Town.History.Keys[0][r]));
        Prequential.At(Town, "f", 40, 28).Test.ShouldBe(fold.Test);
        fold.TestHash(Town).Length.ShouldBe(16);
    }

    [Fact]
    public void The_past_finds_frauds_that_the_amount_alone_does_not()
    {
        var table = Replay.Run(CardPlans.Own, Town.History).Value;
        var labels = Town.Labels;
        var fold = Prequential.At(Town, "f", 45, 28);
        var truth = Array.ConvertAll(fold.Test, r => labels[r]);
        double Precision(Table columns)
        {
            var train = Examples.Of(columns.Take(fold.Train), Array.ConvertAll(fold.Train, r => labels[r])).Value;
            var model = new Booster(new BoostOptions { Trees = 60, MaxDepth = 4, MinHessian = 1 }, new Lanes(2)).Fit(train).Value;
            return RankMetrics.AveragePrecision(model.Margins(columns.Take(fold.Test), Lanes.One).Value, truth);
        }

        Precision(table).ShouldBeGreaterThan(1.3 * Precision(table.Select(["TX_AMOUNT"]).Value));
    }

    [Fact]
    public void Cards_found_are_not_checked_again()
    {
        double[] scores = [0.9, 0.8, 0.7, 0.95, 0.6, 0.5];
        bool[] fraud = [true, false, false, true, false, true];
        ulong[] cards = [1, 2, 3, 1, 2, 3];
        // Day 0: cards 1, 2 checked, 1 found. Day 1: card 1 is out; 2, 3 checked, 3 found.
        CardPrecision.At(2, scores, fraud, cards, [0, 0, 0, 1, 1, 1]).ShouldBe(0.5);
    }
}
