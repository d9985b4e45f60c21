using Busker.Learning.Decide;
using Busker.Learning.Numbers;
using Busker.Learning.Trees;

namespace Busker.Learning.Fraud;

/// <summary>Trains on a fold's training rows and scores its test rows.</summary>
internal sealed class Trial(CardSet set, Table table, Lanes lanes)
{
    private readonly double[] _labels = set.Labels;

    public CardSet Set => set;

    /// <summary>Chances of the test rows, calibrated when a calibration is given.</summary>
    public (ScoredFold Scored, TreeModel Model) Score(Fold fold, BoostOptions options, PlattCalibration? calibration)
    {
        var (model, margins) = Fit(fold, options);
        var chances = Array.ConvertAll(margins, m => calibration?.Apply(m) ?? model.Respond(m));
        return (new ScoredFold(fold, chances, Pick(fold.Test), Array.ConvertAll(fold.Test, r => set.History.Amount[r] / 100.0),
            Array.ConvertAll(fold.Test, r => set.History.Keys[0][r])), model);
    }

    public PlattCalibration Calibrate(Fold fold, BoostOptions options) => PlattCalibration.Fit(Fit(fold, options).Margins, Pick(fold.Test));

    private (TreeModel Model, double[] Margins) Fit(Fold fold, BoostOptions options)
    {
        var train = Examples.Of(table.Take(fold.Train), Pick(fold.Train)).Value;
        var model = new Booster(options, lanes).Fit(train).Value;
        return (model, model.Margins(table.Take(fold.Test), lanes).Value);
    }

    private double[] Pick(int[] rows) => Array.ConvertAll(rows, r => _labels[r]);
}
