using System.CommandLine;
using Busker.Learning.Recs;

namespace Busker.Cli.Commands;

/// <summary><c>busker learn retrieval</c>: builds the index of item vectors and measures recall against speed.</summary>
internal static class LearnRetrievalCommand
{
    public static Command Create()
    {
        var data = new Option<DirectoryInfo?>("--data") { Description = "Folder with interactions.csv[.gz], whose item factors are indexed; without it seeded vectors." };
        var (output, threads) = (LearnRun.Output, LearnRun.Threads);
        var count = new Option<int>("--count") { Description = "Seeded vectors.", DefaultValueFactory = _ => 50_000 };
        LearnRun.Within(count, 100, 10_000_000);
        var command = new Command("retrieval", "An index of item vectors, with its recall and speed.") { data, output, threads, count };
        command.SetAction((parsed, stop) => Run(parsed.GetValue(data)?.FullName, parsed.GetValue(output)!.FullName, parsed.GetValue(threads), parsed.GetValue(count), stop));
        return command;
    }

    private static Task<int> Run(string? folder, string output, int threads, int count, CancellationToken stop) =>
        LearnRun.Run<RetrievalStudy>(output, threads, (lanes, progress) => RetrievalStudy.Run(folder, count, TimeProvider.System, lanes, progress), study => Show(study, output), stop);

    private static void Show(RetrievalStudy study, string output)
    {
        LearnRun.Print(RetrievalPoint.Header, study.Points.Select(p => p.Row));
        var (index, report) = (Path.Combine(output, "retrieval.index"), Path.Combine(output, "retrieval.html"));
        LearnRun.Write("index", index, study.Graph.Save);
        LearnRun.Report(report, study.Page());
    }
}
