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
        var command = new Command("recs", "A recommender from who listened to what.") { data, output, threads, widest };
        command.SetAction(parsed => Run(parsed.GetValue(data)?.FullName, parsed.GetValue(output)!.FullName, parsed.GetValue(threads), parsed.GetValue(widest)));
        return command;
    }

    private static int Run(string? folder, string output, int threads, int widest)
    {
        if (LearnRun.Study<RecsStudy>(threads, (lanes, progress) => RecsStudy.Run(folder, new RecsSearch(Widest: widest), lanes, progress)) is not { } study) return 1;
        LearnRun.Print(RecsReport.Header, study.Trial.Reports.Select(RecsReport.Row));
        Console.WriteLine($"chosen on validation: {study.Trial.Choice}");
        Console.WriteLine($"exposure floor {study.Floors.Floor}: kept for {study.Floors.Met} of {study.Floors.Emerging} emerging items, nDCG@20 {study.Floors.Before} to {study.Floors.After}");
        Directory.CreateDirectory(output);
        var (model, report) = (Path.Combine(output, "recs.model"), Path.Combine(output, "recs.html"));
        RecsModelFile.Write(model, study.Model);
        File.WriteAllText(report, RecsReport.Write(study));
        LearnRun.Written("model", model);
        LearnRun.Written("report", report);
        return 0;
    }
}
