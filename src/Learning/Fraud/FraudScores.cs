using Busker.Kernel;
using Busker.Learning.Decide;
using Busker.Learning.Features;
using Busker.Learning.Numbers;
using Busker.Learning.Trees;

namespace Busker.Learning.Fraud;

/// <summary>A column, its value and what it adds to the log-odds of fraud before calibration.</summary>
public sealed record Reason(string Column, double Value, double Contribution);

/// <summary>A payment's calibrated chance of fraud, whether least expected cost stops it, and every column's part, largest first.</summary>
/// <param name="Time">Seconds since 1970.</param>
public sealed record ScoredPayment(long Id, long Time, double Amount, double Chance, bool Stop, Reason[] Reasons);

/// <summary>What to score: one payment, the newest days, or (neither given) what has no outcome yet, else the newest day.</summary>
public sealed record ScoreWish(long? Id = null, int? Days = null);

/// <summary>
/// Payments of a folder scored by a model that was saved: replayed in order, so that each gets the features of its moment, from the
/// columns of the plan that the model was trained with.
/// </summary>
/// <param name="Expected">The log-odds with nothing known about a payment; with a payment's contributions they sum to its margin.</param>
/// <param name="SameData">Whether these are the very payments the model was trained on, by its fingerprint.</param>
public sealed record FraudScores(ScoredPayment[] Payments, double Expected, bool SameData)
{
    /// <summary>Refuses unreadable data, naming row and column, and a model of other columns.</summary>
    public static Result<FraudScores> Run(string folder, TreeModel model, ScoreWish wish, Lanes lanes, Action<string, double> progress)
    {
        if (!(model.Metrics.TryGetValue("platt_a", out var a) && model.Metrics.TryGetValue("platt_b", out var b) && model.Metrics.ContainsKey("trained_until")))
            return new Fault(Code.InvalidArgument, "LEARNING_BAD_MODEL", "the model has no calibration: it was not written by learn fraud");
        progress("reading", 0);
        var read = PaymentStream.Of(folder, model);
        if (read.Fault is { } fault) return fault;
        var stream = read.Value;
        var rows = stream.Chosen(wish);
        if (rows.Length == 0) return new Fault(Code.NotFound, "LEARNING_NOT_THERE", $"the data have no payment {wish.Id}");
        progress("replaying", 0.2);
        var replayed = stream.Replay();
        if (replayed.Fault is { } broken) return broken;
        progress("scoring", 0.8);
        var (explainer, platt) = (new TreeExplainer(model), PlattCalibration.Of(a, b));
        var payments = new ScoredPayment[rows.Length];
        lanes.Ranges(rows.Length, 64, (from, to) =>
        {
            var (row, phi) = (new double[model.Features.Length], new double[model.Features.Length]);
            for (var k = from; k < to; k++)
            {
                replayed.Value.RowInto(rows[k], row);
                var chance = platt.Apply(explainer.Explain(row, phi));
                var amount = stream.History.Amount[rows[k]] / 100.0;
                payments[k] = new ScoredPayment(stream.Ids[rows[k]], stream.History.Time[rows[k]], amount, chance, new CostModel().Stops(chance, amount),
                    [.. Enumerable.Range(0, phi.Length).OrderByDescending(f => Math.Abs(phi[f])).Select(f => new Reason(model.Features[f], row[f], phi[f]))]);
            }
        });
        return new FraudScores(payments, explainer.Expected, stream.Trained(model, replayed.Value) == model.Fingerprint);
    }
}
