using System.CommandLine;
using System.Globalization;
using Busker.Kernel;
using Busker.Learning.Fraud;
using Busker.Learning.Numbers;
using Busker.Learning.Trees;
using Spectre.Console;

namespace Busker.Cli.Commands;

/// <summary><c>busker learn fraud</c>: prequential folds over card payments, a model file and an HTML report.</summary>
internal static class LearnFraudCommand
{
    public static Command Create()
    {
        var data = new Option<DirectoryInfo?>("--data") { Description = "Folder with handbook_raw.csv.gz; without it a seeded town of the same statistics." };
        var output = new Option<DirectoryInfo>("--out") { Description = "Where model and report go.", DefaultValueFactory = _ => new DirectoryInfo("learned") };
        var threads = new Option<int>("--threads") { Description = "Threads; the result is the same for any number.", DefaultValueFactory = _ => Environment.ProcessorCount };
        var command = new Command("fraud", "Fraud scores from payments and their past.") { data, output, threads };
        command.SetAction(parsed => Run(parsed.GetValue(data)?.FullName, parsed.GetValue(output)!.FullName, parsed.GetValue(threads)));
        return command;
    }

    private static int Run(string? folder, string output, int threads)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        if (threads < 1) return Refuse(new Fault(Code.InvalidArgument, "LEARNING_BAD_OPTION", $"--threads is {threads}; it must be at least 1"));
        Result<FraudStudy> studied = default;
        AnsiConsole.Progress().HideCompleted(true).Start(progress =>
        {
            var task = progress.AddTask("reading", maxValue: 1);
            studied = FraudStudy.Run(folder, new Lanes(threads), (what, share) =>
            {
                task.Description = what;
                task.Value = share;
            });
        });
        if (studied.Fault is { } fault) return Refuse(fault);
        Print(studied.Value);
        Directory.CreateDirectory(output);
        var (model, report) = (Path.Combine(output, "fraud.model"), Path.Combine(output, "fraud.html"));
        File.WriteAllBytes(model, ModelFile.Write(studied.Value.Model));
        File.WriteAllText(report, FraudReport.Write(studied.Value));
        AnsiConsole.WriteLine($"model  {model}");
        AnsiConsole.WriteLine($"report {report}");
        return 0;
    }

    private static void Print(FraudStudy study)
    {
        var table = new Spectre.Console.Table().AddColumns("features", "train", "AP", "AUC", "card precision@100", "saved");
        foreach (var row in study.Rows)
        {
            table.AddRow(row.Features, $"{row.TrainDays} days", Spread(row.AveragePrecision), Spread(row.Auc), Spread(row.CardPrecision), Spread(row.Savings));
        }

        AnsiConsole.Write(table);
        AnsiConsole.WriteLine($"mean ± deviation over {study.Rows[0].Auc.Length} test folds; average precision of the second over the first, paired over cards: "
            + $"{study.Gain.Value:+0.0000;-0.0000} [{study.Gain.Low:+0.0000;-0.0000}, {study.Gain.High:+0.0000;-0.0000}]");
    }

    private static string Spread(double[] folds) => FraudReport.Spread(folds);

    private static int Refuse(Fault fault)
    {
        Console.Error.WriteLine($"busker: {fault.Message}");
        return 1;
    }
}
