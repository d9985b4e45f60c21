using System.Globalization;
using Busker.Learning.Decide;
using Busker.Learning.Report;
using Busker.Learning.Trees;

namespace Busker.Learning.Fraud;

/// <summary>The study as one self-contained page: table, ROC, precision-recall, calibration, cost curve, importance, SHAP.</summary>
public static class FraudReport
{
    public static string Write(FraudStudy study)
    {
        var (fold, model) = (study.Newest, study.Model);
        var page = new HtmlPage("Fraud model").Paragraph($"{study.Payments:N0} payments, {study.Frauds:N0} frauds. "
            + "Options were chosen on validation folds; the figures are mean ± deviation over the test folds. Plots: newest test fold.");
        page.Table(Header, study.Rows.Select(r => (IReadOnlyList<string>)[.. Row(r), r.Chosen]).ToArray());
        page.Paragraph($"Average precision of the last over the first, paired bootstrap over cards: {study.Gain.Value:+0.0000;-0.0000} [{study.Gain.Low:+0.0000;-0.0000}, {study.Gain.High:+0.0000;-0.0000}].");
        page.Heading("Ranking").Plot(Roc(fold)).Plot(Precision(fold));
        page.Heading("Chances and cost").Plot(Calibration(fold)).Plot(Cost(fold));
        page.Heading("What the model looks at").Plot(Importance(model)).Plot(Shap(study));
        page.Heading("Drift between training and test").Table(["column", "PSI", "by chance up to", "Kolmogorov-Smirnov", "by chance up to"],
            study.Drifts.OrderByDescending(d => d.Psi.Value / d.Psi.Bound).Take(8).Select(d => (IReadOnlyList<string>)[d.Column, Four(d.Psi.Value), Four(d.Psi.Bound), Four(d.Ks.Value), Four(d.Ks.Bound)]));
        page.Paragraph($"Training data {model.Fingerprint}; {model.Trees.Count} trees.");
        return page.ToString();
    }

    public static string[] Header { get; } = ["features", "training", "average precision", "AUC", "card precision@100", "recall at 1 % false alarms", "cost saved", "chosen on validation"];

    /// <summary>Cells under <see cref="Header"/> without the last.</summary>
    public static string[] Row(StudyRow r) =>
        [r.Features, $"{r.TrainDays} days", Spread(r.AveragePrecision), Spread(r.Auc), Spread(r.CardPrecision), Spread(r.Recall), Spread(r.Savings)];

    private static string Four(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);

    /// <summary>"0.690 ± 0.010": mean and population deviation.</summary>
    public static string Spread(double[] folds)
    {
        var mean = folds.Average();
        return string.Create(CultureInfo.InvariantCulture, $"{mean:0.0000} ± {Math.Sqrt(folds.Average(f => (f - mean) * (f - mean))):0.0000}");
    }

    private static string Roc(ScoredFold fold)
    {
        var curve = Thin(RankMetrics.Roc(fold.Chances, fold.Labels));
        return Plot.Lines("ROC", "false positive rate (share of good payments)", "true positive rate (share of frauds)",
            [new Series("model", [.. curve.Select(p => p.X)], [.. curve.Select(p => p.Y)]), new Series("chance", [0, 1], [0, 1], Dashed: true)]);
    }

    private static string Precision(ScoredFold fold)
    {
        var curve = Thin(RankMetrics.PrecisionRecall(fold.Chances, fold.Labels));
        return Plot.Lines("Precision and recall", "recall (share of frauds found)", "precision (share of frauds among the found)", [new Series("model", [.. curve.Select(p => p.X)], [.. curve.Select(p => p.Y)]), new Series("chance", [0, 1], [curve[^1].Y, curve[^1].Y], Dashed: true)]);
    }

    private static string Calibration(ScoredFold fold)
    {
        var frauds = (int)fold.Labels.Sum();
        var points = ChanceMetrics.EvenlyExpected(fold.Chances, fold.Labels, Math.Clamp(frauds / 6, 3, 15)).Where(p => p.Point.Share > 0).ToArray();
        return Plot.Lines("Calibration", "chance of fraud that the model says (mean of the group)", "share of frauds in the group",
            [
                new Series("groups with 95 % intervals", [.. points.Select(p => p.Point.Chance)], [.. points.Select(p => p.Point.Share)], [.. points.Select(p => p.Low)], [.. points.Select(p => p.High)], Dots: true),
                new Series("exact", [0.001, 1], [0.001, 1], Dashed: true),
            ], logX: true, logY: true);
    }

    private static string Cost(ScoredFold fold)
    {
        double[] thresholds = [.. Enumerable.Range(0, 60).Select(i => Math.Pow(10, -3 + 3.0 * i / 60))];
        var costs = new CostModel();
        var byAmount = costs.Savings(fold.Chances, fold.Labels, fold.Amounts);
        return Plot.Lines("Fraud cost saved", "chance of fraud above which a payment is stopped", "share of the fraud cost that is saved",
            [
                new Series("one threshold", thresholds, [.. costs.Curve(thresholds, fold.Chances, fold.Labels, fold.Amounts).Select(s => Math.Max(s, -0.5))]),
                new Series("least expected cost", [thresholds[0], thresholds[^1]], [byAmount, byAmount], Dashed: true),
            ], logX: true);
    }

    private static string Importance(TreeModel model)
    {
        var gain = model.Importance().Gain;
        var all = Math.Max(1e-300, gain.Sum());
        return Plot.Bars("Importance: % of the loss saved, by column", Top(model.Features, Array.ConvertAll(gain, g => Math.Round(100 * g / all, 2))));
    }

    /// <summary>The columns that move the sampled payments' log-odds most, on average.</summary>
    private static string Shap(FraudStudy study)
    {
        var (explainer, table) = (new TreeExplainer(study.Model), study.Sample.Select(study.Model.Features).Value);
        var given = study.Model.Features.Select(_ => new double[table.Rows]).ToArray();
        var (row, phi) = (new double[table.Width], new double[table.Width]);
        for (var r = 0; r < table.Rows; r++)
        {
            table.RowInto(r, row);
            explainer.Explain(row, phi);
            for (var f = 0; f < phi.Length; f++) given[f][r] = phi[f];
        }

        return Swarm.Draw($"SHAP summary of {table.Rows:N0} test payments", "SHAP value: what the column adds to the log-odds of fraud", "mean |SHAP|",
            [.. table.Names.Select((name, f) => new SwarmRow(name, given[f], table.Columns[f])).OrderByDescending(r => r.Contributions.Sum(Math.Abs)).Take(15)]);
    }

    private static Bar[] Top(string[] names, double[] values) =>
        [.. names.Zip(values, (n, v) => new Bar(n, v)).OrderByDescending(b => b.Value).ThenBy(b => b.Name, StringComparer.Ordinal).Take(15)];

    /// <summary>Leaves out points nearer than a 400th to the last one kept; ends stay.</summary>
    private static (double X, double Y)[] Thin((double X, double Y)[] curve)
    {
        var kept = new List<(double X, double Y)> { curve[0] };
        foreach (var point in curve)
        {
            if (Math.Abs(point.X - kept[^1].X) + Math.Abs(point.Y - kept[^1].Y) >= 1 / 400.0) kept.Add(point);
        }

        return [.. kept, curve[^1]];
    }
}
