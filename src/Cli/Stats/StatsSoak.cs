using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Busker.Kernel;
using Busker.Statistics.Decisions;
using Busker.Statistics.Effects;
using Busker.Statistics.Numerics;
using Busker.Statistics.Sequential;
using Busker.Statistics.Simulation;

namespace Busker.Cli.Stats;

/// <summary>`busker stats soak`: the simulations of the tests with more trials, and the speed of a 200-look boundary, as CSV.</summary>
internal static class StatsSoak
{
    private static readonly Option<FileInfo> Out = new("--out") { Description = "The CSV file.", DefaultValueFactory = _ => new FileInfo("bench/results/statistics.csv") };
    private static readonly Option<int> Trials = new("--trials") { Description = "Trials per line.", DefaultValueFactory = _ => 20_000 };
    private static readonly Option<string> Commit = new("--commit") { Description = "The commit to note in each line.", DefaultValueFactory = _ => "unknown" };

    public static Command Create()
    {
        var command = new Command("soak", "Long simulations of every sequential method, with fixed seeds.") { Out, Trials, Commit };
        command.SetAction(r => Run(r.GetValue(Out)!, r.GetValue(Trials), r.GetValue(Commit)!));
        return command;
    }

    private static int Run(FileInfo file, int trials, string commit)
    {
        if (trials < 100)
        {
            Console.Error.WriteLine($"trials is {trials}; it must be at least 100.");
            return 2;
        }

        var date = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var machine = $"{Environment.ProcessorCount} cores {System.Runtime.InteropServices.RuntimeInformation.OSArchitecture}";
        var lines = new List<string> { "date,machine,commit,what,trials,value,promised" };
        void Put(string what, int n, double value, string promised)
        {
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"{date},{machine},{commit},{what.Replace(',', ';')},{n},{value:0.#####},{promised}"));
            Console.WriteLine(lines[^1]);
        }

        foreach (var method in Peeking.Methods)
        {
            Put($"false positives under 140 peeks: {method}", trials, Peeking.Run(method, 14, 10, 0, trials, 1).Value.Rejected, method == "plain z" ? "none" : "<= 0.05");
        }

        double[] even = [.. Enumerable.Range(1, 140).Select(k => k / 140.0)];
        foreach (var (method, spending) in ((string, Spending)[])[("t^2", Spending.Default), ("O'Brien-Fleming", Spending.OBrienFleming), ("Pocock", Spending.Pocock)])
        {
            var drift = Boundary.Solve(even, 0.05, 2, spending).Value.DriftFor(0.8);
            Put($"power under 140 peeks: group-sequential, {method}", trials, Peeking.Run($"group-sequential, {method}", 14, 10, drift, trials, 7).Value.Rejected, "0.8");
        }

        var atEnd = new AlwaysValid(0.05, 1).Multiplier(1) + Normal.UpperQuantile(0.2);
        Put("power under 140 peeks: always valid, two-sided", trials, Peeking.Run("always valid, two-sided", 14, 10, atEnd, trials, 8).Value.Rejected, ">= 0.8");
        var small = Math.Max(100, trials / 10);
        var rule = Rule(small);
        Put("decision rule under 140 peeks: wrong ships, worst truth", small, rule.FalsePositiveRate, "<= 0.05");
        Put("decision rule under 140 peeks: right ships, least truth", small, rule.Power, ">= 0.8");
        Put("fixed-power design: false positives", small, FixedPowerTrials.Run(0, 1, small, 2).Rejected, "<= 0.05");
        Put("fixed-power design: power", small, FixedPowerTrials.Run(0.5, 1, small, 3).Rejected, "0.8");
        var window = OpenWindow.Run(6, 20, small, 4);
        Put("open window: joint bounds", small, window.Joint, "<= 0.05");
        Put("open window: ordinary bounds on units", small, window.Naive, "none");
        var bandit = BanditTrials.Run(0, 20, 100, small, 5);
        Put("after a bandit: batched test", small, bandit.Batched, "<= 0.05");
        Put("after a bandit: pooled test", small, bandit.Pooled, "none");
        var coverage = Coverage.Run(400, small, 6);
        Put("coverage: full adjustment", small, coverage.FullAdjustment, "0.95");
        Put("coverage: ratio", small, coverage.Ratio, "0.95");
        Put("coverage: relative", small, coverage.Relative, "0.95");
        Put("coverage: median", small, coverage.Median, "0.95");
        Put("boundary of 200 looks in ms, best of 50", 50, BoundaryMilliseconds(), "< 50");
        file.Directory?.Create();
        File.WriteAllLines(file.FullName, lines);
        return 0;
    }

    // Two success metrics, a guardrail and a quality metric, correlated, ten looks a day for two weeks.
    private static SelfCheck Rule(int replications)
    {
        var design = StatsDesign.Run(new DesignFile
        {
            Looks = 140,
            Replications = replications,
            Correlation = [[1, 0.5, 0.3, 0], [0.5, 1, 0.3, 0], [0.3, 0.3, 1, 0], [0, 0, 0, 1]],
            Metrics =
            [
                new DesignMetric { Name = "minutes", Mean = 40, Variance = 2500, Effect = 0.02 },
                new DesignMetric { Name = "days", Mean = 4, Variance = 5, Effect = 0.01 },
                new DesignMetric { Name = "crashes", Role = MetricRole.Guardrail, Preferred = Preferred.Decrease, Mean = 0.1, Variance = 0.09, Margin = 0.05 },
                new DesignMetric { Name = "latency", Role = MetricRole.Quality, Preferred = Preferred.Either, Mean = 200, Variance = 3600 },
            ],
        });
        return design.Fault is { } fault ? throw new InvariantException(fault.Message) : new SelfCheck(design.Value.SelfCheck);
    }

    private static double BoundaryMilliseconds()
    {
        double[] even = [.. Enumerable.Range(1, 200).Select(k => k / 200.0)];
        return Enumerable.Range(0, 50).Min(_ =>
        {
            var watch = Stopwatch.StartNew();
            if (Boundary.Solve(even, 0.05, 2).Fault is not null) throw new InvariantException("the boundary of even looks was refused");
            return watch.Elapsed.TotalMilliseconds;
        });
    }
}
