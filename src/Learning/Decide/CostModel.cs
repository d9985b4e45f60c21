namespace Busker.Learning.Decide;

/// <summary>
/// What a wrong decision costs, in the currency of the amounts. A missed fraud: amount + <paramref name="DisputeFee"/>. A good
/// payment stopped: <paramref name="Insult"/> + <paramref name="Margin"/> · amount + <paramref name="LifetimeLoss"/> · the
/// customer's lifetime value. The defaults are those of the published comparison.
/// </summary>
public sealed record CostModel(double DisputeFee = 15, double Insult = 2, double Margin = 0.1, double LifetimeLoss = 0)
{
    /// <summary>Cost of a fraud of that amount let pass.</summary>
    public double Missed(double amount) => amount + DisputeFee;

    /// <summary>Cost of a good payment of that amount stopped.</summary>
    public double Stopped(double amount, double lifetimeValue = 0) => Insult + Margin * amount + LifetimeLoss * lifetimeValue;

    /// <summary>Least expected cost (Bahnsen 2013): stop when p · missed &gt; (1 − p) · stopped.</summary>
    public bool Stops(double chance, double amount, double lifetimeValue = 0) =>
        chance * Missed(amount) > (1 - chance) * Stopped(amount, lifetimeValue);

    /// <summary>The chance above which <see cref="Stops"/> says yes.</summary>
    public double Threshold(double amount, double lifetimeValue = 0) =>
        Stopped(amount, lifetimeValue) / (Stopped(amount, lifetimeValue) + Missed(amount));

    /// <summary>1 − cost of the decisions / cost of stopping nothing.</summary>
    public double Savings(ReadOnlySpan<bool> stopped, ReadOnlySpan<double> labels, ReadOnlySpan<double> amounts)
    {
        double cost = 0, nothing = 0;
        for (var r = 0; r < stopped.Length; r++)
        {
            var fraud = labels[r] > 0.5;
            if (fraud) nothing += Missed(amounts[r]);
            if (stopped[r] && !fraud) cost += Stopped(amounts[r]);
            if (!stopped[r] && fraud) cost += Missed(amounts[r]);
        }

        return 1 - cost / nothing;
    }

    /// <summary>The same when <see cref="Stops"/> decides on calibrated chances.</summary>
    public double Savings(ReadOnlySpan<double> chances, ReadOnlySpan<double> labels, ReadOnlySpan<double> amounts)
    {
        var stopped = new bool[chances.Length];
        for (var r = 0; r < stopped.Length; r++) stopped[r] = Stops(chances[r], amounts[r]);
        return Savings(stopped, labels, amounts);
    }

    /// <summary>Savings of stopping everything above one chance, for each threshold of a grid: the cost curve.</summary>
    public double[] Curve(double[] thresholds, double[] chances, double[] labels, double[] amounts) =>
        [.. thresholds.Select(t => Savings([.. chances.Select(p => p > t)], labels, amounts))];

    /// <summary>Fraud value (amounts) stopped, as a share of all, when everything above the threshold is stopped.</summary>
    public static double ValueAt(double threshold, double[] chances, double[] labels, double[] amounts)
    {
        double caught = 0, all = 0;
        for (var r = 0; r < chances.Length; r++)
        {
            if (labels[r] <= 0.5) continue;
            all += amounts[r];
            if (chances[r] > threshold) caught += amounts[r];
        }

        return caught / all;
    }
}
