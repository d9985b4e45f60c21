using System.Globalization;
using System.Text;
using Busker.Learning.Fraud;
using Busker.Learning.Numbers;
using Busker.Learning.Trees;

namespace Busker.Learning.Tests.Fraud;

public sealed class FraudScoresTests : IDisposable
{
    private static readonly CardSet Town = new CardTown(Customers: 250, Terminals: 350, Days: 106, Seed: 5) { Reach = 19 }.Make();
    private static readonly Lazy<FraudStudy> Studied = new(() => FraudStudy.On(Town, 85, new Lanes(2), (_, _) => { }).Value);
    private readonly string _folder = Directory.CreateTempSubdirectory("busker-scores").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <param name="open">How many of the last rows have no outcome yet.</param>
    private void Write(int open, int? without = null)
    {
        var text = new StringBuilder("TRANSACTION_ID,TX_TIME_SECONDS,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_FRAUD\n");
        for (var r = 0; r < Town.Rows; r++)
        {
            if (r == without) continue;
            var label = r >= Town.Rows - open ? "" : Town.History.Fraud[r] ? "1" : "0";
            text.Append(CultureInfo.InvariantCulture, $"{Town.TransactionId[r]},{Town.History.Time[r] - CardSet.Start},{Town.History.Keys[0][r] - 1},{Town.History.Keys[1][r] - 1},{Town.History.Amount[r] / 100.0:0.00},{label}\n");
        }

        File.WriteAllText(Path.Combine(_folder, "handbook_raw.csv"), text.ToString());
    }

    private Kernel.Result<FraudScores> Score(ScoreWish wish, TreeModel? model = null) =>
        FraudScores.Run(_folder, model ?? ModelFile.Read(ModelFile.Write(Studied.Value.Model)).Value, wish, new Lanes(2), (_, _) => { });

    [Fact]
    public void A_saved_model_gives_the_chances_of_the_study_with_reasons_that_sum_to_them()
    {
        Write(open: 0);
        var newest = Studied.Value.Newest;
        var scores = Score(new ScoreWish(Days: 7)).Value;
        scores.SameData.ShouldBeTrue();
        var chance = scores.Payments.ToDictionary(p => p.Id, p => p.Chance);
        for (var k = 0; k < newest.Fold.Test.Length; k++) chance[Town.TransactionId[newest.Fold.Test[k]]].ShouldBe(newest.Chances[k]);
        var (a, b) = (Studied.Value.Model.Metrics["platt_a"], Studied.Value.Model.Metrics["platt_b"]);
        foreach (var payment in scores.Payments.Take(50))
        {
            var margin = scores.Expected + payment.Reasons.Sum(r => r.Contribution);
            (1 / (1 + Math.Exp(a * margin + b))).ShouldBe(payment.Chance, 1e-6);
        }
    }

    [Fact]
    public void Payments_without_an_outcome_are_scored_or_the_one_that_was_asked_for()
    {
        Write(open: 12);
        var scores = Score(new ScoreWish()).Value;
        scores.Payments.Select(p => p.Id).ShouldBe(Town.TransactionId[^12..]);
        scores.SameData.ShouldBeTrue(); // they come after the training
        var one = Score(new ScoreWish(Id: 40)).Value;
        one.Payments.Single().Id.ShouldBe(40);
        Score(new ScoreWish(Id: 9_999_999)).Fault!.Message.ShouldBe("the data have no payment 9999999");
    }

    [Fact]
    public void Other_payments_than_those_of_the_training_are_recognised()
    {
        Write(open: 0, without: 100);
        Score(new ScoreWish()).Value.SameData.ShouldBeFalse();
    }

    [Fact]
    public void A_model_of_other_columns_or_without_calibration_is_refused()
    {
        Write(open: 0);
        var model = Studied.Value.Model;
        string[] renamed = [.. model.Features[..3], "ip_risk", .. model.Features[4..]];
        Score(new ScoreWish(), new TreeModel(renamed, 0, Link.Logistic, model.Trees) { Metrics = model.Metrics }).Fault!.Message
            .ShouldBe($"column 4 of the model is ip_risk where these payments have {model.Features[3]}; train the model again");
        Score(new ScoreWish(), new TreeModel(model.Features[..^1], 0, Link.Logistic, []) { Metrics = model.Metrics }).Fault!.Message
            .ShouldBe($"column {model.Features.Length} of the model is missing where these payments have hour; train the model again");
        Score(new ScoreWish(), model.With(new SortedDictionary<string, double>())).Fault!.Message.ShouldBe("the model has no calibration: it was not written by learn fraud");
    }

    [Fact]
    public void A_fold_of_one_class_is_named_with_its_rows()
    {
        var day = Town.Day;
        bool[] fraud = [.. Town.History.Fraud.Select((f, r) => f && day[r] is < 64 or >= 71)];
        var set = CardSet.Of(Town.History.Time, Town.History.Amount, Town.History.Keys[0], Town.History.Keys[1], fraud, Town.TransactionId);
        FraudStudy.On(set, 85, Lanes.One, (_, _) => { }).Fault!.Message.ShouldMatch($"^rows {Array.FindIndex(day, d => d >= 64) + 1} to [0-9]+, column TX_FRAUD: none of the [0-9]+ payments is a fraud on which fold \"validation 0\" \\(book's 15\\) tests; each fold needs frauds and good payments$");
    }
}
