using Busker.Kernel;
using Busker.Learning.Decide;
using Busker.Learning.Features;
using Busker.Learning.Numbers;
using Busker.Learning.Trees;

namespace Busker.Learning.Fraud;

/// <summary>One line of the result: a feature plan and training length, what was chosen on validation, and the scored test folds.</summary>
public sealed record StudyRow(string Features, int TrainDays, string Chosen, ScoredFold[] Folds)
{
    public double[] AveragePrecision => [.. Folds.Select(f => f.AveragePrecision)];
    public double[] Auc => [.. Folds.Select(f => f.Auc)];
    public double[] CardPrecision => [.. Folds.Select(f => f.CardPrecision)];
    public double[] Savings => [.. Folds.Select(f => f.Savings)];
    public double[] Recall => [.. Folds.Select(f => f.Recall)];
}

/// <summary>
/// Trains and measures over time: options are chosen on validation folds that lie before every test fold, then the test
/// folds are scored once. Chances are calibrated by Platt's sigmoid on the newest validation fold.
/// </summary>
public sealed class FraudStudy
{
    private FraudStudy(IReadOnlyList<StudyRow> rows, TreeModel model, Interval gain) => (Rows, Model, Gain) = (rows, model, gain);

    public IReadOnlyList<StudyRow> Rows { get; }

    /// <summary>Of the newest test fold, with its measures inside.</summary>
    public TreeModel Model { get; }

    /// <summary>Average precision of the last row over the first on the newest test fold, paired bootstrap over cards.</summary>
    public Interval Gain { get; }

    /// <summary>The newest test fold, scored by the last row's model.</summary>
    public ScoredFold Newest => Rows[^1].Folds[0];

    /// <summary>Some test rows with the model's columns, for explanations.</summary>
    public required Table Sample { get; init; }

    /// <summary>How far each column of the newest test fold has drifted from its training rows.</summary>
    public required IReadOnlyList<ColumnDrift> Drifts { get; init; }

    public required int Payments { get; init; }
    public required int Frauds { get; init; }

    /// <summary>
    /// Reads the folder (the handbook's payments, or else Sparkov's), or makes a seeded town without one. Refuses unreadable data,
    /// naming row and column. <paramref name="progress"/> hears (what, share done).
    /// </summary>
    /// <param name="cards">Cards of the seeded town.</param>
    public static Result<FraudStudy> Run(string? folder, int cards, Lanes lanes, Action<string, double> progress)
    {
        progress(folder is null ? "making a town" : "reading", 0);
        if (folder is null) return On(CardTown.Of(cards).Make(), null, lanes, progress);
        if (CsvFile.Find(folder, CardSet.FileName, out var terminals) is { } lost) return lost;
        if (CsvFile.Find(folder, SparkovSet.FileName, out var sparkovs) is { } twin) return twin;
        if (terminals is null && sparkovs is null)
            return new Fault(Code.InvalidArgument, "LEARNING_BAD_FILE", $"{folder} has neither {CardSet.FileName}.csv nor {SparkovSet.FileName}.csv (or .csv.gz)");
        if (terminals is null)
        {
            var sparkov = SparkovSet.Read(folder);
            return sparkov.Fault is { } unreadable ? unreadable : On(sparkov.Value, lanes, progress);
        }

        var read = CardSet.Read(folder);
        return read.Fault is { } fault ? fault : On(read.Value, null, lanes, progress);
    }

    /// <summary>Runs on card payments; the newest training week starts on the given day, or three weeks before the data end.</summary>
    public static Result<FraudStudy> On(CardSet set, int? newestStart, Lanes lanes, Action<string, double> progress)
    {
        // At the handbook's day where the data reach that far.
        var start = newestStart ?? Math.Min(136, set.Day[^1] - 20);
        if (start < 8 * 7 + 28)
        {
            return new Fault(Code.FailedPrecondition, "LEARNING_TOO_SHORT", $"the data cover {Days(set.Day[^1] + 1)}; the folds need at least {8 * 7 + 28 + 21}");
        }

        var parts = new List<Part>();
        foreach (var (name, plan, days, recipes) in new[] { ("book's 15", CardPlans.Book, 7, Recipes.Book), ($"own {CardPlans.Own.Names.Length}", CardPlans.Own, 28, Recipes.Own) })
        {
            progress($"{name}: features", 0);
            var table = Replay.Run(plan, set.History);
            if (table.Fault is { } fault) return fault;
            parts.Add(new Part(name, days, table.Value, recipes, Prequential.Folds(set, "validation", start - 5 * 7, 4, days), Prequential.Folds(set, "test", start, 4, days))
            {
                Scorable = plan == CardPlans.Own ? CardPlans.Scorable(table.Value) : null,
            });
        }

        return Finish(new Judged(set.Labels, set.Amounts, set.History.Keys[0], set.Day), new Source(set.History.Time, "TX_FRAUD", []), parts, lanes, progress);
    }

    /// <summary>Runs on Sparkov payments: trains on ten weeks, tests on the two months that begin two weeks later.</summary>
    public static Result<FraudStudy> On(SparkovSet set, Lanes lanes, Action<string, double> progress)
    {
        var last = set.Days[^1];
        if (last < 180) return new Fault(Code.FailedPrecondition, "LEARNING_TOO_SHORT", $"the data cover {Days(last + 1)}; the folds need 181");
        var parts = new List<Part>();
        foreach (var (name, plan) in new[] { ("the payment itself", SparkovPlans.Plain), ($"with its past, {SparkovPlans.Past.Names.Length + 1}", SparkovPlans.Past) })
        {
            progress($"{name}: features", 0);
            var table = Replay.Run(plan, set.History);
            if (table.Fault is { } fault) return fault;
            var columns = Table.Of([.. table.Value.Names, "category"], [.. table.Value.Columns, set.Category]).Value;
            parts.Add(new Part(name, 75, columns, Recipes.Sparkov, [set.Fold("validation", 30, 74, 89, 105)], [set.Fold("test", 30, 105, 120, 181)]));
        }

        return Finish(new Judged(set.Labels, [.. set.History.Amount.Select(a => a / 100.0)], set.History.Keys[0], set.Days),
            new Source(set.History.Time, "is_fraud", set.Categories), parts, lanes, progress);
    }

    private sealed record Part(string Name, int Days, Table Table, BoostOptions[] Tried, Fold[] Validation, Fold[] Test)
    {
        public bool[]? Scorable { get; init; }
    }

    /// <summary>What the result tells of the data: times by row, the column of the outcome, the words of the categories.</summary>
    private sealed record Source(long[] Time, string Label, string[] Words);

    private static Result<FraudStudy> Finish(Judged judged, Source source, List<Part> parts, Lanes lanes, Action<string, double> progress)
    {
        if (parts.Select(p => OneClass(p, judged.Labels, source.Label)).FirstOrDefault(f => f is not null) is { } oneSided) return oneSided;
        var (rows, model) = (new List<StudyRow>(), (TreeModel?)null);
        foreach (var part in parts)
        {
            var trial = new Trial(judged, part.Table, lanes, part.Scorable);
            var recipe = trial.Choose(part.Tried, part.Validation, share => progress($"{part.Name}: choosing", share));
            var calibration = trial.Calibrate(part.Validation[0], recipe);
            var scored = new List<ScoredFold>();
            foreach (var fold in part.Test)
            {
                progress($"{part.Name}: testing", scored.Count / (double)part.Test.Length);
                var (test, fitted) = trial.Score(fold, recipe, calibration);
                if (scored.Count == 0) model = fitted;
                scored.Add(test);
            }

            rows.Add(new StudyRow(part.Name, part.Days, Recipes.Text(recipe), [.. scored]));
            model = model!.With(Metrics(rows[^1], calibration, source.Time, part.Test[0]), Words(source));
        }

        progress("comparing", 1);
        var (newest, first, last) = (rows[^1].Folds[0], rows[0].Folds[0], parts[^1]);
        var gain = new Bootstrap(200, 1, lanes).Compare(newest.Cards, newest.Chances, first.Chances, newest.Labels, (s, y) => RankMetrics.AveragePrecision(s, y));
        return new FraudStudy(rows, model!, gain)
        {
            Sample = last.Table.Take(Spread(last.Test[0].Test, 2000)),
            Drifts = ColumnDrift.Of(last.Table, last.Test[0]),
            Payments = judged.Labels.Length,
            Frauds = (int)judged.Labels.Sum(),
        };
    }

    /// <summary>At most so many rows, evenly over all.</summary>
    private static int[] Spread(int[] rows, int most) => rows.Length <= most ? rows : [.. Enumerable.Range(0, most).Select(k => rows[(long)k * rows.Length / most])];

    /// <summary>The first fold that trains or tests on one class only, with its rows.</summary>
    private static Fault? OneClass(Part part, double[] labels, string column)
    {
        foreach (var fold in part.Validation.Concat(part.Test))
        {
            foreach (var (rows, what) in new[] { (part.Scorable is { } asked ? Array.FindAll(fold.Train, r => asked[r]) : fold.Train, "trains"), (fold.Test, "tests") })
            {
                var frauds = rows.Count(r => labels[r] > 0.5);
                if (frauds > 0 && frauds < rows.Length) continue;
                var which = rows.Length == 0 ? "there is no payment" : $"rows {rows[0] + 1} to {rows[^1] + 1}, column {column}: {(frauds == 0 ? "none" : "every one")} of the {rows.Length} payments is a fraud";
                return new Fault(Code.FailedPrecondition, "LEARNING_ONE_CLASS", $"{which} on which fold \"{fold.Name}\" ({part.Name}) {what}; each fold needs frauds and good payments", column);
            }
        }

        return null;
    }

    private static string Days(int days) => days == 1 ? "1 day" : $"{days} days";

    private static SortedDictionary<string, string[]> Words(Source source) =>
        source.Words.Length == 0 ? [] : new(StringComparer.Ordinal) { ["category"] = source.Words };

    /// <summary>With the times of the training rows, so that the data can be compared with the model's fingerprint later.</summary>
    private static SortedDictionary<string, double> Metrics(StudyRow row, PlattCalibration calibration, long[] time, Fold fold) => new(StringComparer.Ordinal)
    {
        ["auc"] = row.Auc[0], ["average_precision"] = row.AveragePrecision[0], ["card_precision_100"] = row.CardPrecision[0], ["savings"] = row.Savings[0],
        ["platt_a"] = calibration.A, ["platt_b"] = calibration.B, ["trained_from"] = time[fold.Train[0]], ["trained_until"] = time[fold.Train[^1]],
    };
}
