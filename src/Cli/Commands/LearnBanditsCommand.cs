using System.CommandLine;
using System.Globalization;
using Busker.Learning.Recs;

namespace Busker.Cli.Commands;

/// <summary><c>busker learn bandits</c>: regret of policies where the truth is known, and what logs say of a policy that did not serve.</summary>
internal static class LearnBanditsCommand
{
    public static Command Create()
    {
        var data = new Option<DirectoryInfo?>("--data") { Description = "Folder with bts_men.csv[.gz] and the like; without it the simulation alone." };
        var (output, threads) = (LearnRun.Output, LearnRun.Threads);
        var runs = new Option<int>("--runs") { Description = "Repeated worlds.", DefaultValueFactory = _ => 40 };
        LearnRun.Within(runs, 2, 10_000);
        var command = new Command("bandits", "Exploring policies and estimates from logs.") { data, output, threads, runs };
        command.SetAction((parsed, stop) => Run(parsed.GetValue(data)?.FullName, parsed.GetValue(output)!.FullName, parsed.GetValue(threads), parsed.GetValue(runs), stop));
        return command;
    }

    private static Task<int> Run(string? folder, string output, int threads, int runs, CancellationToken stop) =>
        LearnRun.Run<BanditStudy>(output, threads, (lanes, progress) => BanditStudy.Run(folder, runs, lanes, progress), study => Show(study, output), stop);

    private static void Show(BanditStudy study, string output)
    {
        LearnRun.Print(BanditReport.Header, study.Curves.Select(c =>
            (IReadOnlyList<string>)[c.Policy, BanditReport.Wide(c.Regret[3]), BanditReport.Wide(c.Last)]));
        foreach (var log in study.Logs)
        {
            var best = log.Estimates.Single(e => e.Name == "DR");
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{log.Log}: showing every arm alike would earn {best.Value:0.0000} [{best.Low:0.0000}, {best.High:0.0000}], truth {log.Truth:0.0000}; {BanditReport.Trust(log)}"));
        }

        var (model, report) = (Path.Combine(output, "bandits.model"), Path.Combine(output, "bandits.html"));
        LearnRun.Write("model", model, study.State.Write);
        LearnRun.Report(report, BanditReport.Write(study));
    }
}
