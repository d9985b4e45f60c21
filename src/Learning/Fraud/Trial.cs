using Busker.Learning.Decide;
using Busker.Learning.Numbers;
using Busker.Learning.Trees;

namespace Busker.Learning.Fraud;

/// <summary>What payments are judged by: outcome, amount, card and day of each.</summary>
public sealed record Judged(double[] Labels, double[] Amounts, ulong[] Cards, int[] Days);

/// <summary>Scores of a test fold, row by row.</summary>
public sealed record ScoredFold(Fold Fold, double[] Chances, double[] Labels, double[] Amounts, ulong[] Cards, int[] Days)
{
    public double AveragePrecision => RankMetrics.AveragePrecision(Chances, Labels);
    public double Auc => RankMetrics.Auc(Chances, Labels);

    /// <summary>Card precision at 100.</summary>
    public double CardPrecision => Decide.CardPrecision.At(100, Chances, Array.ConvertAll(Labels, l => l > 0.5), Cards, Days);

    /// <summary>Share of the fraud cost saved by the rule of least expected cost.</summary>
    public double Savings => new CostModel().Savings(Chances, Labels, Amounts);
    public double Recall => RankMetrics.RecallAt(0.01, Chances, Labels);

    /// <summary>The same rows with other scores.</summary>
    public ScoredFold With(double[] chances) => this with { Chances = chances };
}

/// <summary>
/// Trains on a fold's training rows and scores its test rows. <paramref name="scorable"/>: rows that could be asked about; training
/// on others would teach what never comes up.
/// </summary>
internal sealed class Trial(Judged judged, Table table, Lanes lanes, bool[]? scorable = null)
{
    /// <summary>Chances of the test rows, calibrated when a calibration is given.</summary>
    public (ScoredFold Scored, TreeModel Model) Score(Fold fold, BoostOptions options, PlattCalibration? calibration = null)
    {
        var (model, margins) = Fit(fold, options);
        var chances = Array.ConvertAll(margins, m => calibration?.Apply(m) ?? model.Respond(m));
        return (new ScoredFold(fold, chances, Pick(judged.Labels, fold.Test), Pick(judged.Amounts, fold.Test), Pick(judged.Cards, fold.Test), Pick(judged.Days, fold.Test)), model);
    }

    public PlattCalibration Calibrate(Fold fold, BoostOptions options) => PlattCalibration.Fit(Fit(fold, options).Margins, Pick(judged.Labels, fold.Test));

    /// <summary>The options with the best mean average precision over the folds, first of equals.</summary>
    public BoostOptions Choose(IReadOnlyList<BoostOptions> recipes, Fold[] folds, Action<double> progress)
    {
        var (best, chosen) = (double.NegativeInfinity, recipes[0]);
        for (var c = 0; c < recipes.Count; c++)
        {
            progress(c / (double)recipes.Count);
            var score = folds.Average(fold => Score(fold, recipes[c]).Scored.AveragePrecision);
            if (score > best) (best, chosen) = (score, recipes[c]);
        }

        return chosen;
    }

    private (TreeModel Model, double[] Margins) Fit(Fold fold, BoostOptions options)
    {
        var rows = scorable is null ? fold.Train : Array.FindAll(fold.Train, r => scorable[r]);
        var train = Examples.Of(table.Take(rows), Pick(judged.Labels, rows)).Value;
        var model = new Booster(options, lanes).Fit(train).Value;
        return (model, model.Margins(table.Take(fold.Test), lanes).Value);
    }

    private static T[] Pick<T>(T[] values, int[] rows) => Array.ConvertAll(rows, r => values[r]);
}
