using System.CommandLine;
using System.Globalization;
using Busker.Learning.Fraud;
using Busker.Learning.Numbers;
using Busker.Learning.Trees;

namespace Busker.Cli.Commands;

/// <summary><c>busker learn fraud</c>: prequential folds over card payments, a model file and an HTML report.</summary>
internal static class LearnFraudCommand
{
    public static Command Create()
    {
        var data = new Option<DirectoryInfo?>("--data") { Description = "Folder with handbook_raw.csv.gz or sparkov_sim.csv.gz; without it a seeded town of the same statistics." };
        var (output, threads) = (LearnRun.Output, LearnRun.Threads);
        var cards = new Option<int>("--cards") { Description = "Cards of the seeded town.", DefaultValueFactory = _ => 5000 };
        LearnRun.Within(cards, 200, 100_000);
        var command = new Command("fraud", "Fraud scores from payments and their past.") { data, output, threads, cards };
        command.SetAction((parsed, stop) => Run(parsed.GetValue(data)?.FullName, parsed.GetValue(output)!.FullName, parsed.GetValue(threads), parsed.GetValue(cards), stop));
        return command;
    }

    private static Task<int> Run(string? folder, string output, int threads, int cards, CancellationToken stop) =>
        LearnRun.Run<FraudStudy>(output, threads, (lanes, progress) => FraudStudy.Run(folder, cards, lanes, progress), study => Show(study, output), stop);

    private static void Show(FraudStudy study, string output)
    {
        LearnRun.Print(FraudReport.Header[..^1], study.Rows.Select(FraudReport.Row));
        foreach (var row in study.Rows) Console.WriteLine($"{row.Features}, chosen on validation: {row.Chosen}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"mean ± deviation over {study.Rows[0].Auc.Length} test fold(s); average precision of the second over the first, paired over cards: ")
            + string.Create(CultureInfo.InvariantCulture, $"{study.Gain.Value:+0.0000;-0.0000} [{study.Gain.Low:+0.0000;-0.0000}, {study.Gain.High:+0.0000;-0.0000}]"));
        var (model, report) = (Path.Combine(output, "fraud.model"), Path.Combine(output, "fraud.html"));
        LearnRun.Write("model", model, p => WholeFile.Write(p, ModelFile.Write(study.Model)));
        LearnRun.Report(report, FraudReport.Write(study));
    }
}
