namespace Busker.Learning.Decide;

/// <summary>
/// How long frauds take to become known: the curve G(age) = share known within that age, from frauds seen so far. Late ones
/// are not seen yet, so the estimate works backwards in time (reverse-time product limit, Lagakos 1988).
/// </summary>
public sealed class LabelDelay
{
    private readonly double[] _delays;
    private readonly double[] _known;

    private LabelDelay(double[] delays, double[] known) => (_delays, _known) = (delays, known);

    /// <summary>
    /// <paramref name="delays"/>: report delay of each known fraud; <paramref name="ages"/>: how old each is by now (≥ its delay).
    /// Both in the same unit. Frauds slower than the oldest age cannot be told from none.
    /// </summary>
    public static LabelDelay Fit(double[] delays, double[] ages)
    {
        double[] distinct = [.. delays.Distinct().Order()];
        var known = new double[distinct.Length];
        double tail = 1;
        for (var i = distinct.Length - 1; i >= 0; i--)
        {
            known[i] = tail;
            var at = distinct[i];
            double here = 0, risk = 0;
            for (var r = 0; r < delays.Length; r++)
            {
                if (delays[r] == at) here++;
                if (delays[r] <= at && ages[r] >= at) risk++;
            }

            tail *= 1 - here / risk;
        }

        return new LabelDelay(distinct, known);
    }

    /// <summary>Share of frauds known at that age.</summary>
    public double Known(double age)
    {
        var at = Array.BinarySearch(_delays, age);
        var last = at >= 0 ? at : ~at - 1;
        return last < 0 ? 0 : _known[last];
    }

    /// <summary>Chance that a payment of that age, not reported so far, is a fraud: p·(1−G) / (1 − p·G).</summary>
    public double StillFraud(double chance, double age)
    {
        var known = Known(age);
        return chance * (1 - known) / (1 - chance * known);
    }

    /// <summary>Fraud rate corrected for what is not known yet: reports / Σ G(age).</summary>
    public double Rate(int reported, IEnumerable<double> ages) => reported / ages.Sum(Known);
}
