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
    /// Both in the same unit. Frauds slower than the oldest age cannot be told from none. O(n log n).
    /// </summary>
    /// <exception cref="ArgumentException">A fraud younger than its delay, or not as many ages as delays.</exception>
    public static LabelDelay Fit(double[] delays, double[] ages)
    {
        if (delays.Length != ages.Length) throw new ArgumentException($"{delays.Length} delays and {ages.Length} ages", nameof(ages));
        var early = Enumerable.Range(0, delays.Length).FirstOrDefault(r => !(ages[r] >= delays[r]), -1);
        if (early >= 0) throw new ArgumentException($"row {early + 1}: the age {ages[early]} is below the delay {delays[early]}", nameof(ages));
        var (sorted, old) = (delays.ToArray(), ages.ToArray());
        Array.Sort(sorted);
        Array.Sort(old);
        double[] distinct = [.. sorted.Distinct()];
        var known = new double[distinct.Length];
        double tail = 1;
        for (int i = distinct.Length - 1, reported = sorted.Length, young = old.Length; i >= 0; i--)
        {
            known[i] = tail;
            // At risk of being reported exactly then: reported by then, less those not yet that old (whose delay is shorter still).
            while (young > 0 && old[young - 1] >= distinct[i]) young--;
            var before = reported;
            while (before > 0 && sorted[before - 1] == distinct[i]) before--;
            tail *= 1 - (reported - before) / (double)(reported - young);
            reported = before;
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
