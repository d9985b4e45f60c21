using System.CommandLine;
using Busker.Learning.Recs;

namespace Busker.Cli.Commands;

/// <summary><c>busker learn recs</c>: chooses and fits a recommender, tests it once, writes it with an HTML report.</summary>
internal static class LearnRecsCommand
{
    public static Command Create()
    {
        var data = new Option<DirectoryInfo?>("--data") { Description = "Folder with interactions.csv[.gz]; without it a seeded town of listeners." };
        var (output, threads) = (LearnRun.Output, LearnRun.Threads);
        var widest = new Option<int>("--widest") { Description = "Most dimensions of the factorisation.", DefaultValueFactory = _ => 128 };
        LearnRun.Within(widest, 8, 1024);
        var listeners = new Option<int>("--listeners") { Description = "Listeners of the seeded town.", DefaultValueFactory = _ => 1800 };
        LearnRun.Within(listeners, 100, 20_000);
        var command = new Command("recs", "A recommender from who listened to what.") { data, output, threads, widest, listeners };
        command.SetAction((parsed, stop) => Run(parsed.GetValue(data)?.FullName, parsed.GetValue(output)!.FullName, parsed.GetValue(threads), parsed.GetValue(widest), parsed.GetValue(listeners), stop));
        return command;
    }

    private static Task<int> Run(string? folder, string output, int threads, int widest, int listeners, CancellationToken stop) =>
        LearnRun.Run<RecsStudy>(output, threads, (lanes, progress) => RecsStudy.Run(folder, listeners, new RecsSearch(Widest: widest), lanes, progress), study => Show(study, output), stop);

    private static void Show(RecsStudy study, string output)
    {
        LearnRun.Print(RecsReport.Header, study.Trial.Reports.Select(RecsReport.Row));
        Console.WriteLine($"chosen on validation: {study.Trial.Choice}");
        Console.WriteLine($"exposure floor {study.Floors.Floor}: kept for {study.Floors.Met} of {study.Floors.Emerging} emerging items{(study.Floors.Listeners < study.Set.Users ? $" in lists for {study.Floors.Listeners} listeners" : "")}, nDCG@20 {study.Floors.Before} to {study.Floors.After}");
        var (model, report) = (Path.Combine(output, "recs.model"), Path.Combine(output, "recs.html"));
        LearnRun.Write("model", model, p => RecsModelFile.Write(p, study.Model));
        LearnRun.Report(report, RecsReport.Write(study));
    }
}
