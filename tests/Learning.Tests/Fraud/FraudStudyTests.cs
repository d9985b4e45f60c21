using Busker.Learning.Fraud;
using Busker.Learning.Numbers;
using Busker.Learning.Trees;

namespace Busker.Learning.Tests.Fraud;

public sealed class FraudStudyTests
{
    [Fact]
    public void The_whole_study_runs_on_a_small_town_and_writes_its_page()
    {
        var town = new CardTown(Customers: 350, Terminals: 490, Days: 106, Seed: 5) { Reach = 19 }.Make();
        var study = FraudStudy.On(town, 85, new Lanes(2), (_, _) => { }).Value;
        study.Rows.Count.ShouldBe(2);
        study.Rows[1].AveragePrecision.Average().ShouldBeGreaterThan(study.Rows[0].AveragePrecision.Average());
        study.Model.Metrics["average_precision"].ShouldBe(study.Rows[1].AveragePrecision[0]);
        var page = FraudReport.Write(study);
        foreach (var title in new[] { "ROC", "Precision and recall", "Calibration", "Fraud cost saved", "Importance", "SHAP summary" }) page.ShouldContain(title);
        ModelFile.Read(ModelFile.Write(study.Model)).Value.Features.ShouldBe(CardPlans.Own.Names);
    }

    [Fact]
    public void Bad_data_is_refused_with_row_and_column()
    {
        var folder = Directory.CreateTempSubdirectory("busker-fraud").FullName;
        string Refusal(string csv)
        {
            using (var gzip = new System.IO.Compression.GZipStream(File.Create(Path.Combine(folder, "handbook_raw.csv.gz")), System.IO.Compression.CompressionLevel.Fastest))
            {
                gzip.Write(System.Text.Encoding.UTF8.GetBytes("TRANSACTION_ID,TX_TIME_SECONDS,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_FRAUD\n" + csv));
            }

            return FraudStudy.Run(folder, 350, Lanes.One, (_, _) => { }).Fault!.Message;
        }

        Refusal("0,1,1,1,5,0\n0,2,1,1,5,1\n").ShouldBe("handbook_raw.csv.gz, row 2, column TRANSACTION_ID: id 0 appears twice");
        Refusal("0,1,1,1,5,0\n1,2,1,1,5,\n").ShouldBe("handbook_raw.csv.gz, row 2, column TX_FRAUD: '' is not 0 or 1");
        Refusal("0,1,1,1,5,0\n1,0,1,1,5,1\n").ShouldBe("handbook_raw.csv.gz, row 2, column TX_TIME_SECONDS: the time lies before the row above");
        Refusal("0,1,1,1,5,0\n1,1,1,1,5,1\n").ShouldBe("the data cover 1 day; the folds need at least 105");
        Refusal("0,1,1,1,5,0\n1,1,1,1,5,0\n").ShouldBe("handbook_raw.csv.gz, column TX_FRAUD: every one of the 2 rows is 0; there is nothing to tell apart");
        Refusal("0,1,1,1,-5,0\n1,2,1,1,5,1\n").ShouldBe("handbook_raw.csv.gz, row 1, column TX_AMOUNT: -5 is not an amount of 0 or more");
        Refusal("0,1,-1,1,5,0\n1,2,1,1,5,1\n").ShouldBe("handbook_raw.csv.gz, row 1, column CUSTOMER_ID: -1 is not a whole number from 0");
        FraudStudy.Run(Path.Combine(folder, "no"), 350, Lanes.One, (_, _) => { }).Fault!.Message.ShouldContain("does not exist");
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Retraining_on_approved_payments_unlearns_fraud_and_a_hundredth_let_through_mends_it()
    {
        var town = new CardTown(Customers: 400, Terminals: 560, Days: 100, Seed: 8) { Reach = 18 }.Make();
        var table = Busker.Learning.Features.Replay.Run(CardPlans.Own, town.History).Value;
        var options = new BoostOptions { Trees = 40, MaxDepth = 3, MinHessian = 0.5, L2 = 5, LearningRate = 0.1 };
        var results = new BlockedLoop(town, table, options, new Lanes(2)) { BlockShare = 0.012 }.Run(1, (_, _) => { });
        var of = results.ToDictionary(r => r.Labels);
        of[BlockedLabels.Oracle].AveragePrecision.ShouldBeGreaterThan(0.4);
        of[BlockedLabels.Imputed].AveragePrecision.ShouldBeGreaterThan(0.75 * of[BlockedLabels.Oracle].AveragePrecision);
        of[BlockedLabels.Imputed].AveragePrecision.ShouldBeGreaterThan(of[BlockedLabels.ApprovedOnly].AveragePrecision);
        of[BlockedLabels.ApprovedOnly].LogLoss.ShouldBeGreaterThan(of[BlockedLabels.Imputed].LogLoss);
        of[BlockedLabels.Imputed].Blocked.ShouldBeGreaterThan(200);
        of[BlockedLabels.Imputed].LetThrough.ShouldBeLessThan(12);
    }
}
