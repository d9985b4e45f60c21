using Busker.Kernel;
using Busker.Learning.Decide;
using Busker.Learning.Features;
using Busker.Learning.Numbers;
using Busker.Learning.Trees;

namespace Busker.Learning.Fraud;

/// <summary>One line of the result: per test fold the measures of a feature plan and training length.</summary>
public sealed record StudyRow(string Features, int TrainDays, double[] AveragePrecision, double[] Auc, double[] CardPrecision, double[] Savings);

/// <summary>Scores of a test fold.</summary>
public sealed record ScoredFold(Fold Fold, double[] Chances, double[] Labels, double[] Amounts, ulong[] Cards);

/// <summary>
/// Trains and measures by prequential folds: hyper-parameters are chosen on validation folds that lie before every test
/// fold, then the test folds are scored once. Chances are calibrated by Platt's sigmoid on the newest validation fold.
/// </summary>
public sealed class FraudStudy
{
    private const int Folds = 4;

    private static readonly BoostOptions[] Choices =
    [
        new() { MaxDepth = 3, MaxLeaves = 8, Trees = 100, LearningRate = 0.1, MinRows = 1, MinHessian = 1 },
        new() { MaxDepth = 4, MaxLeaves = 16, Trees = 200, LearningRate = 0.05, MinRows = 1, MinHessian = 1 },
        new() { MaxDepth = 4, MaxLeaves = 16, Trees = 150, LearningRate = 0.06, MinRows = 20, MinHessian = 0.5, L2 = 5, ColumnFraction = 0.3, RowFraction = 0.7 },
    ];

    private FraudStudy(IReadOnlyList<StudyRow> rows, TreeModel model, Interval gain) => (Rows, Model, Gain) = (rows, model, gain);

    public IReadOnlyList<StudyRow> Rows { get; }

    /// <summary>Of the newest test fold, with its measures inside.</summary>
    public TreeModel Model { get; }

    /// <summary>Average precision of the last row over the first on the newest test fold, paired bootstrap over cards.</summary>
    public Interval Gain { get; }

    /// <summary>The newest test fold, scored by the last row's model.</summary>
    public required ScoredFold Newest { get; init; }

    /// <summary>Some test rows with the model's columns, for explanations.</summary>
    public required Table Sample { get; init; }

    public required CardSet Set { get; init; }

    /// <summary>Refuses unreadable data, naming row and column. <paramref name="progress"/> hears (what, share done).</summary>
    public static Result<FraudStudy> Run(string? folder, Lanes lanes, Action<string, double> progress)
    {
        CardSet set;
        if (folder is null)
        {
            progress("making a town", 0);
            set = new CardTown().Make();
        }
        else
        {
            progress("reading", 0);
            var read = CardSet.Read(folder);
            if (read.Fault is { } fault) return fault;
            set = read.Value;
        }

        // The newest training week starts three weeks before the data end, at the handbook's day where they reach that far.
        var start = Math.Min(136, set.Day[^1] - 20);
        return start < 8 * 7 + 28
            ? new Fault(Code.FailedPrecondition, "LEARNING_TOO_SHORT", $"the data cover {set.Day[^1] + 1} days; the folds need at least {8 * 7 + 28 + 21}")
            : On(set, start, lanes, progress);
    }

    /// <summary>Runs on a set whose newest training week starts on the given day.</summary>
    internal static Result<FraudStudy> On(CardSet set, int start, Lanes lanes, Action<string, double> progress)
    {
        var rows = new List<StudyRow>();
        (ScoredFold Fold, TreeModel Model, Table Table)? first = null, last = null;
        foreach (var (name, plan, days) in new[] { ("book's 15", CardPlans.Book, 7), ($"own {CardPlans.Own.Names.Length}", CardPlans.Own, 28) })
        {
            progress($"{name}: features", 0);
            var table = Replay.Run(plan, set.History);
            if (table.Fault is { } fault) return fault;
            var trial = new Trial(set, table.Value, lanes);
            var valid = Prequential.Folds(set, "validation", start - 5 * 7, Folds, days);
            var options = Choose(trial, valid, share => progress($"{name}: choosing", share));
            var calibration = trial.Calibrate(valid[0], options);
            var (row, newest, model) = Measure(trial, name, days, Prequential.Folds(set, "test", start, Folds, days), options, calibration, share => progress($"{name}: testing", share));
            rows.Add(row);
            last = (newest, model, table.Value.Take(newest.Fold.Test));
            first ??= last;
        }

        progress("comparing", 1);
        var (fold, chosen, sample) = last!.Value;
        var gain = new Bootstrap(200, 1, lanes).Compare(fold.Cards, fold.Chances, first!.Value.Fold.Chances, fold.Labels, (s, y) => RankMetrics.AveragePrecision(s, y));
        return new FraudStudy(rows, chosen, gain) { Newest = fold, Sample = sample.Take([.. Enumerable.Range(0, Math.Min(2000, sample.Rows))]), Set = set };
    }

    private static BoostOptions Choose(Trial trial, Fold[] folds, Action<double> progress)
    {
        var (best, chosen) = (double.NegativeInfinity, Choices[0]);
        for (var c = 0; c < Choices.Length; c++)
        {
            progress(c / (double)Choices.Length);
            var score = folds.Average(fold => trial.Score(fold, Choices[c], null).Scored is var s ? RankMetrics.AveragePrecision(s.Chances, s.Labels) : 0);
            if (score > best) (best, chosen) = (score, Choices[c]);
        }

        return chosen;
    }

    private static (StudyRow Row, ScoredFold Newest, TreeModel Model) Measure(
        Trial trial, string name, int days, Fold[] folds, BoostOptions options, PlattCalibration calibration, Action<double> progress)
    {
        var scored = new List<(ScoredFold Scored, TreeModel Model)>();
        foreach (var fold in folds)
        {
            progress(scored.Count / (double)folds.Length);
            scored.Add(trial.Score(fold, options, calibration));
        }

        double[] Each(Func<ScoredFold, double> measure) => [.. scored.Select(s => measure(s.Scored))];
        var row = new StudyRow(name, days,
            Each(s => RankMetrics.AveragePrecision(s.Chances, s.Labels)),
            Each(s => RankMetrics.Auc(s.Chances, s.Labels)),
            Each(s => CardPrecision.At(100, s.Chances, [.. s.Labels.Select(l => l > 0.5)], s.Cards, [.. s.Fold.Test.Select(r => trial.Set.Day[r])])),
            Each(s => new CostModel().Savings(s.Chances, s.Labels, s.Amounts)));
        var metrics = new SortedDictionary<string, double>(StringComparer.Ordinal)
        {
            ["auc"] = row.Auc[0], ["average_precision"] = row.AveragePrecision[0], ["card_precision_100"] = row.CardPrecision[0],
            ["platt_a"] = calibration.A, ["platt_b"] = calibration.B,
        };
        return (row, scored[0].Scored, scored[0].Model.With(metrics));
    }
}
