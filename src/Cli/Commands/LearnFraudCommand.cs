using System.CommandLine;
using System.Globalization;
using Busker.Learning.Fraud;
using Busker.Learning.Trees;

namespace Busker.Cli.Commands;

/// <summary><c>busker learn fraud</c>: prequential folds over card payments, a model file and an HTML report.</summary>
internal static class LearnFraudCommand
{
    public static Command Create()
    {
        var data = new Option<DirectoryInfo?>("--data") { Description = "Folder with handbook_raw.csv.gz or sparkov_sim.csv.gz; without it a seeded town of the same statistics." };
        var output = new Option<DirectoryInfo>("--out") { Description = "Where model and report go.", DefaultValueFactory = _ => new DirectoryInfo("learned") };
        var threads = new Option<int>("--threads") { Description = "Threads; the result is the same for any number.", DefaultValueFactory = _ => Environment.ProcessorCount };
        var command = new Command("fraud", "Fraud scores from payments and their past.") { data, output, threads };
        command.SetAction(parsed => Run(parsed.GetValue(data)?.FullName, parsed.GetValue(output)!.FullName, parsed.GetValue(threads)));
        return command;
    }

    private static int Run(string? folder, string output, int threads)
    {
        if (LearnRun.Study<FraudStudy>(threads, (lanes, progress) => FraudStudy.Run(folder, lanes, progress)) is not { } study) return 1;
        LearnRun.Print(FraudReport.Header[..^1], study.Rows.Select(FraudReport.Row));
        foreach (var row in study.Rows) Console.WriteLine($"{row.Features}, chosen on validation: {row.Chosen}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"mean ± deviation over {study.Rows[0].Auc.Length} test fold(s); average precision of the second over the first, paired over cards: ")
            + string.Create(CultureInfo.InvariantCulture, $"{study.Gain.Value:+0.0000;-0.0000} [{study.Gain.Low:+0.0000;-0.0000}, {study.Gain.High:+0.0000;-0.0000}]"));
        Directory.CreateDirectory(output);
        var (model, report) = (Path.Combine(output, "fraud.model"), Path.Combine(output, "fraud.html"));
        File.WriteAllBytes(model, ModelFile.Write(study.Model));
        File.WriteAllText(report, FraudReport.Write(study));
        LearnRun.Written("model", model);
        LearnRun.Written("report", report);
        return 0;
    }
}
