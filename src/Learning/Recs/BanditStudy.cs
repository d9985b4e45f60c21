using Busker.Kernel;
using Busker.Learning.Bandits;
using Busker.Learning.Numbers;
using Busker.Learning.OffPolicy;

namespace Busker.Learning.Recs;

/// <summary>What a log says of showing every arm alike, whether it may be believed, and the truth where a uniform log tells it.</summary>
public sealed record LogVerdict(string Log, double Naive, OffPolicyEstimate[] Estimates, Overlap Overlap, double? Truth);

/// <summary>Policies in a world of known truth, and where logs are given what they say of a policy that did not serve.</summary>
public sealed record BanditStudy(RegretCurve[] Curves, LogVerdict[] Logs, BanditState State)
{
    private static readonly string[] Campaigns = ["men", "women"];

    /// <summary>Refuses unreadable logs, naming row and column.</summary>
    /// <param name="folder">Holds bts_X.csv.gz and random_X.csv.gz for the campaigns X there are; null for the simulation alone.</param>
    public static Result<BanditStudy> Run(string? folder, int runs, Lanes lanes, Action<string, double> progress)
    {
        var state = new BanditState(BanditSimulation.FittedPrior(42), [], [], []);
        var verdicts = new List<LogVerdict>();
        if (folder is not null)
        {
            foreach (var campaign in Campaigns)
            {
                if (CsvFile.Find(folder, "bts_" + campaign, out var served) is { } lost) return lost;
                if (CsvFile.Find(folder, "random_" + campaign, out var uniform) is { } twin) return twin;
                if (served is null) continue;
                progress($"reading {campaign}", 0);
                var judged = Judge(served, uniform, ref state);
                if (judged.Fault is { } fault) return fault;
                verdicts.Add(judged.Value);
            }

            if (verdicts.Count == 0) return new Fault(Code.InvalidArgument, "LEARNING_BAD_FILE", $"{folder} has neither bts_men.csv nor bts_women.csv (or .csv.gz)");
        }

        var world = new BanditSimulation(runs: runs, lanes: lanes);
        var prior = BanditSimulation.FittedPrior(42);
        (string Name, Func<RegretCurve> Run)[] policies =
        [
            ("random", world.Chance),
            ("UCB1", world.UpperConfidence),
            ("ε-greedy", () => world.EpsilonGreedy(0.1)),
            ("Thompson, flat prior", () => world.Thompson("Thompson, flat prior", new BetaPrior(1, 1))),
            ("Thompson", () => world.Thompson("Thompson, fitted prior", prior)),
            ("Thompson, batches", () => world.Thompson("Thompson, batches of 500", prior, batch: 500)),
            ("Thompson, delays", () => world.Thompson("Thompson, 500 late", prior, delay: 500)),
        ];
        var curves = new List<RegretCurve>();
        foreach (var (name, run) in policies)
        {
            progress(name, curves.Count / (double)policies.Length);
            curves.Add(run());
        }

        return new BanditStudy([.. curves], [.. verdicts], state);
    }

    private static Result<LogVerdict> Judge(string served, string? uniform, ref BanditState state)
    {
        var log = BanditLog.Read(served);
        if (log.Fault is { } fault) return fault;
        double? truth = null;
        var arms = log.Value.Arms;
        if (uniform is not null)
        {
            var other = BanditLog.Read(uniform);
            if (other.Fault is { } unreadable) return unreadable;
            (truth, arms) = (other.Value.ClickRate, Math.Max(arms, other.Value.Arms));
            state = Learn(other.Value, arms);
        }

        var decisions = log.Value.UnderUniform(arms);
        return new LogVerdict(log.Value.Name, log.Value.ClickRate, OffPolicyEvaluation.Estimate(decisions, new Rng(1)), OffPolicyEvaluation.Diagnose(decisions), truth);
    }

    private static BanditState Learn(BanditLog log, int arms)
    {
        var (successes, trials) = (new long[arms], new long[arms]);
        for (var r = 0; r < log.Rows; r++)
        {
            trials[log.Item[r]]++;
            if (log.Click[r]) successes[log.Item[r]]++;
        }

        return new BanditState(BetaPrior.Fit(successes, trials), [.. Enumerable.Range(0, arms)], successes, trials);
    }
}
