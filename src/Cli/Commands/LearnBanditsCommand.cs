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
        var command = new Command("bandits", "Exploring policies and estimates from logs.") { data, output, threads, runs };
        command.SetAction(parsed => Run(parsed.GetValue(data)?.FullName, parsed.GetValue(output)!.FullName, parsed.GetValue(threads), parsed.GetValue(runs)));
        return command;
    }

    private static int Run(string? folder, string output, int threads, int runs)
    {
        if (LearnRun.Study<BanditStudy>(threads, (lanes, progress) => BanditStudy.Run(folder, Math.Max(2, runs), lanes, progress)) is not { } study) return 1;
        LearnRun.Print(BanditReport.Header, study.Curves.Select(c =>
            (IReadOnlyList<string>)[c.Policy, c.Regret[3].Mean.ToString("0", CultureInfo.InvariantCulture), BanditReport.Wide(c.Last)]));
        foreach (var log in study.Logs)
        {
            var best = log.Estimates.Single(e => e.Name == "DR");
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{log.Log}: showing every arm alike would earn {best.Value:0.0000} [{best.Low:0.0000}, {best.High:0.0000}], truth {log.Truth:0.0000}; {BanditReport.Trust(log)}"));
        }

        Directory.CreateDirectory(output);
        var (model, report) = (Path.Combine(output, "bandits.model"), Path.Combine(output, "bandits.html"));
        study.State.Write(model);
        File.WriteAllText(report, BanditReport.Write(study));
        LearnRun.Written("model", model);
        LearnRun.Written("report", report);
        return 0;
    }
}
