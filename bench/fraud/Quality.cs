using Busker.Learning.Decide;
using Busker.Learning.Features;
using Busker.Learning.Fraud;
using Busker.Learning.Numbers;

namespace Busker.Bench.Fraud;

/// <summary>Protocols A, B and C: options chosen on validation folds, the test folds scored once, scikit-learn on the same rows.</summary>
internal sealed class Quality(string folder, Lanes lanes)
{
    private const int Rounds = 200;
    private readonly Gates _gates = new("quality");

    public void Run()
    {
        var set = CardSet.Read(folder).Value;
        Splits(set);
        var study = FraudStudy.On(set, null, lanes, Say).Value;
        var (book, own) = (study.Rows[0], study.Rows[1]);
        Row("B handbook", book, 0.690, 0.870, 0.303);
        Row("B handbook", own, 0.735, 0.880, 0.311);
        Difference("own less book", own.Folds, book.Folds);
        Row("A handbook", book with { Folds = [book.Folds[3]] });
        Row("A handbook", own with { Folds = [own.Folds[3]] });
        Peers(set, book, own);
        Sparkov();
        _gates.Save();
    }

    /// <summary>Rows, frauds and test ids of each fold against the published list.</summary>
    private void Splits(CardSet set)
    {
        var path = Path.Combine(folder, "handbook_prequential_splits.csv");
        if (!File.Exists(path)) return;
        var folds = Prequential.Folds(set, "test", 136, 4).Concat(Prequential.Folds(set, "valid", 101, 4)).ToArray();
        var listed = File.ReadLines(path).Skip(1).Select(l => l.Split(',')).ToArray();
        var same = folds.Zip(listed).Count(p => p.First.Train.Length == int.Parse(p.Second[3]) && p.First.Test.Length == int.Parse(p.Second[6]) && p.First.TestHash(set) == p.Second[8]);
        _gates.Add("B handbook", "folds equal to the published list (of 8)", same, 8);
    }

    private void Row(string set, StudyRow row, double precision = double.NaN, double auc = double.NaN, double cards = double.NaN)
    {
        var what = $"{row.Features.Replace(",", "")} {row.TrainDays} days:";
        void Measure(string name, double[] folds, double target) => _gates.Add(set, $"{what} {name}", folds.Average(), target, Deviation(folds), chosen: row.Chosen);
        Measure("average precision", row.AveragePrecision, precision);
        Measure("AUC", row.Auc, auc);
        if (set[0] != 'C') Measure("card precision@100", row.CardPrecision, cards);
        else Measure("recall at 1 % false alarms", row.Recall, cards);
    }

    private void Peers(CardSet set, StudyRow book, StudyRow own)
    {
        var (table, labels) = (Replay.Run(CardPlans.Book, set.History).Value, set.Labels);
        var scores = new Dictionary<string, List<ScoredFold>>();
        for (var f = 0; f < book.Folds.Length; f++)
        {
            Say($"scikit-learn on fold {f}", 0);
            using var peer = new Peer();
            var fold = book.Folds[f].Fold;
            foreach (var (model, chances) in peer.Score(table.Take(fold.Train), Array.ConvertAll(fold.Train, r => labels[r]), table.Take(fold.Test)))
            {
                if (!scores.TryGetValue(model, out var folds)) scores[model] = folds = [];
                folds.Add(book.Folds[f].With(chances));
            }
        }

        foreach (var (model, folds) in scores.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            Row("B handbook", new StudyRow(model, 7, "", [.. folds]));
            Difference($"book's 15 less {model}", book.Folds, [.. folds]);
            Difference($"own less {model}", own.Folds, [.. folds]);
        }
    }

    /// <summary>Mean over the folds of the difference in average precision; cards are resampled within folds, both models on the same draw.</summary>
    private void Difference(string what, ScoredFold[] first, ScoredFold[] second)
    {
        var folds = first.SelectMany((f, i) => Enumerable.Repeat(i, f.Labels.Length)).ToArray();
        ulong[] groups = [.. first.SelectMany((f, i) => f.Cards.Select(c => c * 8 + (ulong)i))];
        double[] a = [.. first.SelectMany(f => f.Chances)], b = [.. second.SelectMany(f => f.Chances)], y = [.. first.SelectMany(f => f.Labels)];
        var interval = new Bootstrap(Rounds, 1, lanes).Of(groups, rows => Enumerable.Range(0, first.Length).Average(fold =>
        {
            var own = Array.FindAll(rows, r => folds[r] == fold);
            var truth = Array.ConvertAll(own, r => y[r]);
            return RankMetrics.AveragePrecision(Array.ConvertAll(own, r => a[r]), truth) - RankMetrics.AveragePrecision(Array.ConvertAll(own, r => b[r]), truth);
        }));
        _gates.Add("B handbook", $"average precision: {what}", interval.Value, interval: (interval.Low, interval.High));
    }

    private void Sparkov()
    {
        var read = SparkovSet.Read(folder);
        if (read.Fault is { } fault)
        {
            Console.WriteLine(fault.Message);
            return;
        }

        var study = FraudStudy.On(read.Value, lanes, Say).Value;
        Row("C Sparkov", study.Rows[0]);
        Row("C Sparkov", study.Rows[1], 0.965, double.NaN, 0.975);
    }

    private static double Deviation(double[] folds) => folds.Length == 1 ? double.NaN : Math.Sqrt(folds.Average(f => f * f) - folds.Average() * folds.Average());

    private static string _said = "";

    private static void Say(string what, double share)
    {
        if (what != _said) Console.WriteLine($"  {what}");
        _said = what;
    }
}
