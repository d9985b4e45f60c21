using Busker.Kernel;
using Busker.Statistics.Decisions;
using Busker.Statistics.Design;
using Busker.Statistics.Effects;
using Busker.Statistics.Numerics;
using Busker.Statistics.Sequential;

namespace Busker.Cli.Stats;

/// <summary>What `stats design` reads from JSON.</summary>
internal sealed record DesignFile
{
    public double Alpha { get; init; } = 0.05;
    public double Power { get; init; } = 0.8;
    public int Treatments { get; init; } = 1;
    public PeekingMethod Method { get; init; } = PeekingMethod.GroupSequential;
    public int Looks { get; init; } = 14;
    public double UnitsPerDay { get; init; }
    public int WindowDays { get; init; }
    public int Replications { get; init; } = 2000;

    /// <summary>Units in all arms together, when they are given; otherwise the largest need is taken.</summary>
    public double ExpectedUnits { get; init; }
    public double[][]? Correlation { get; init; }

    /// <summary>As for an analysis: power:2 (the default), obrienFleming, pocock or hwangShihDeCani:-4.</summary>
    public string? Spending { get; init; }
    public RuleFile? Rule { get; init; }
    public List<DesignMetric> Metrics { get; init; } = [];
}

internal sealed record DesignMetric
{
    public required string Name { get; init; }
    public MetricRole Role { get; init; } = MetricRole.Success;
    public Preferred Preferred { get; init; } = Preferred.Increase;
    public double Mean { get; init; }
    public double Variance { get; init; }
    public double? Effect { get; init; }
    public double? Margin { get; init; }
    public bool Absolute { get; init; }
}

internal sealed record NeedRow(string Metric, string Question, double Alpha)
{
    public double? Power { get; init; }
    public double? Detects { get; init; }
    public long? Units { get; init; }
    public int? Days { get; init; }
}

internal sealed record DesignResult(string Rule, double Units, int? Days, IReadOnlyList<NeedRow> Needs)
{
    /// <summary>One-sided z bounds of the first shown question at the planned looks.</summary>
    public required IReadOnlyList<double> Bounds { get; init; }
    public required IReadOnlyList<Scenario> SelfCheck { get; init; }
    public required double FalsePositiveRate { get; init; }
    public required double AchievedPower { get; init; }
    public required string Sentence { get; init; }
}

/// <summary>Sizes an experiment for its decision rule and tries the rule on simulated truths.</summary>
internal static class StatsDesign
{
    public static Result<List<DesignMetric>> Metrics(CsvTable table)
    {
        string[] known = ["metric", "role", "preferred", "mean", "variance", "effect", "margin"];
        if (table.Columns.FirstOrDefault(c => !known.Contains(c)) is { } unknown)
        {
            return StatsReader.Wrong(unknown, $"There is no use for the column {unknown}; known columns are {string.Join(", ", known)}.");
        }

        foreach (var needed in (string[])["metric", "mean", "variance"])
        {
            if (table.Index(needed).Fault is { } fault) return fault;
        }

        var metrics = new List<DesignMetric>();
        for (var r = 0; r < table.Rows.Count; r++)
        {
            var row = table.Row(r);
            metrics.Add(new DesignMetric
            {
                Name = row.Text("metric") ?? "",
                Role = row.Choice("role", MetricRole.Success),
                Preferred = row.Choice("preferred", Preferred.Increase),
                Mean = row.Number("mean") ?? 0,
                Variance = row.Number("variance") ?? 0,
                Effect = row.Number("effect"),
                Margin = row.Number("margin"),
            });
            if (row.Fault is { } bad) return bad;
        }

        return metrics;
    }

    public static Result<DesignResult> Run(DesignFile file)
    {
        var spending = RuleFile.Spending(file.Spending);
        if (spending.Fault is { } unknown) return unknown;
        var rule = file.Rule is null ? null : (Result<Rule>?)RuleFile.Read(file.Rule);
        if (rule?.Fault is { } wrong) return wrong;
        var plan = new DecisionPlan([.. file.Metrics.Select(m => new PlannedMetric(m.Name, m.Role, m.Preferred, m.Margin, m.Effect) { Absolute = m.Absolute })])
        {
            Alpha = file.Alpha,
            Power = file.Power,
            Treatments = file.Treatments,
            Method = file.Method,
            ExpectedUnits = 1,
            Spending = spending.Value,
            CustomRule = rule?.Value,
        };
        if (file.Looks is < 1 or > 5000) return StatsReader.Wrong("looks", $"looks is {file.Looks}; it must be between 1 and 5000.");
        if (file.Replications is < 100 or > 1_000_000) return StatsReader.Wrong("replications", "replications must be between 100 and 1000000.");
        var budgets = Budget.Of(plan);
        if (budgets.Fault is { } fault) return fault;
        var needs = new List<NeedRow>();
        foreach (var budget in budgets.Value)
        {
            var need = Need(file, budget);
            if (need.Fault is { } bad) return bad;
            needs.Add(need.Value);
        }

        var units = file.ExpectedUnits > 0 ? file.ExpectedUnits : needs.Max(n => n.Units ?? 0);
        if (units == 0) return StatsReader.Wrong("effect", "Give expectedUnits, or an effect or margin for at least one metric.");
        return Check(file, plan with { ExpectedUnits = units }, needs);
    }

    private static Result<DesignResult> Check(DesignFile file, DecisionPlan plan, List<NeedRow> needs)
    {
        double[,]? correlation = null;
        if (file.Correlation is { } rows)
        {
            var n = file.Metrics.Count;
            if (rows.Length != n || rows.Any(r => r.Length != n)) return StatsReader.Wrong("correlation", $"The correlation must be {n} rows of {n} numbers.");
            correlation = new double[n, n];
            for (var i = 0; i < n * n; i++) correlation[i / n, i % n] = rows[i / n][i % n];
        }

        var check = SelfCheck.Run(plan, [.. file.Metrics.Select(m => new Baseline(m.Name, m.Mean, m.Variance))], file.Looks, correlation, file.Replications);
        if (check.Fault is { } fault) return fault;
        var days = Days(file, plan.ExpectedUnits);
        if (days.Fault is { } noDays) return noDays;
        var (wrong, power) = (check.Value.FalsePositiveRate, check.Value.Power);
        return new DesignResult(plan.Rule.Text(), plan.ExpectedUnits, file.UnitsPerDay > 0 ? days.Value : null, needs)
        {
            Bounds = Bounds(file, needs.First(n => n.Power is not null).Alpha),
            SelfCheck = check.Value.Scenarios,
            FalsePositiveRate = wrong,
            AchievedPower = power,
            Sentence = FormattableString.Invariant(
                $"With {plan.ExpectedUnits:N0} units in {file.Treatments + 1} arms and {file.Looks} looks the rule ships wrongly in at most {100 * wrong:0.0} % and rightly in {(double.IsNaN(power) ? "an unknown share" : FormattableString.Invariant($"at least {100 * power:0.0} %"))} of {file.Replications} simulated experiments (each figure ± {200 * Math.Sqrt(0.25 / file.Replications):0.0} points at most)."),
        };
    }

    private static Result<NeedRow> Need(DesignFile file, LeafBudget budget)
    {
        var row = new NeedRow(budget.Leaf.Metric, budget.Leaf.Question.ToString(), budget.Alpha);
        if (budget.Leaf.IsVeto) return row;
        var metric = file.Metrics.First(m => m.Name == budget.Leaf.Metric);
        row = row with { Power = budget.Power };
        if (metric is { Absolute: false, Mean: 0 }) return StatsReader.Wrong(metric.Name, $"{metric.Name} has a mean of zero, so a relative effect is not defined; set absolute.");
        var scale = metric.Absolute ? 1 : Math.Abs(metric.Mean);
        if ((budget.Leaf.Question == Question.NonInferior ? metric.Margin : metric.Effect) is not { } wanted) return row;
        var inflation = Inflation(file, budget);
        var total = new SampleSize(budget.Alpha, budget.Power, metric.Preferred == Preferred.Either ? 2 : 1).Mean(metric.Variance, wanted * scale);
        if (total.Fault is { } fault) return fault with { Message = $"{metric.Name}: {fault.Message}" };
        var units = (long)Math.Ceiling(inflation * total.Value / 2.0 * (file.Treatments + 1));
        var days = Days(file, units);
        return days.Fault is { } bad ? bad : row with { Detects = wanted, Units = units, Days = file.UnitsPerDay > 0 ? days.Value : null };
    }

    // How many times more units the peeking costs at most.
    private static double Inflation(DesignFile file, LeafBudget budget)
    {
        if (file.Method == PeekingMethod.FixedHorizon) return 1;
        var fixedDrift = Normal.UpperQuantile(budget.Alpha) + Normal.UpperQuantile(1 - budget.Power);
        var drift = file.Method == PeekingMethod.GroupSequential
            ? Boundary.Solve([.. Enumerable.Range(1, file.Looks).Select(k => (double)k / file.Looks)], budget.Alpha, 1, RuleFile.Spending(file.Spending).Value).Value.DriftFor(budget.Power)
            : new AlwaysValid(budget.Alpha, 1).Multiplier(1, Alternative.Larger) + Normal.UpperQuantile(1 - budget.Power);
        return drift * drift / (fixedDrift * fixedDrift);
    }

    private static double[] Bounds(DesignFile file, double alpha) => file.Method switch
    {
        PeekingMethod.GroupSequential => [.. Boundary.Solve([.. Enumerable.Range(1, file.Looks).Select(k => (double)k / file.Looks)], alpha, 1, RuleFile.Spending(file.Spending).Value).Value.Bounds],
        PeekingMethod.AlwaysValid => [.. Enumerable.Range(1, file.Looks).Select(k => new AlwaysValid(alpha, 1).Multiplier((double)k / file.Looks, Alternative.Larger))],
        _ => [Normal.UpperQuantile(alpha)],
    };

    private static Result<int> Days(DesignFile file, double units) =>
        file.UnitsPerDay > 0 ? SampleSize.DaysNeeded(units, [file.UnitsPerDay], file.WindowDays) : 0;
}
