using Busker.Learning.Recommend;

namespace Busker.Learning.Evaluate;

/// <summary>
/// Whether a test looks as if each listener's held-out pairs had been drawn at random. Then an item that is heard by listeners u, of whom
/// each has the share p_u of the pairs held out, stands Σp_u times in the test with variance Σp_u(1 − p_u), whatever it is. What was chosen
/// on random validation pairs carries over to such a test; over another (the last part of each history, say) it need not.
/// </summary>
/// <param name="Dispersion">Mean of (stands − expected)²/variance over items with at least 20 pairs: 1 when drawn at random.</param>
/// <param name="Head">How often the most heard hundredth of the items stands in the test, over what is expected: 1 when drawn at random.</param>
/// <param name="Items">Items the dispersion is a mean of.</param>
public sealed record SplitCheck(double Dispersion, double Head, int Items)
{
    private const int Least = 20;

    /// <summary>Five standard errors of a mean of squared standard normals.</summary>
    public bool LooksRandom => Math.Abs(Dispersion - 1) <= 5 * Math.Sqrt(2.0 / Math.Max(1, Items));

    public static SplitCheck Of(Interactions known, Interactions held)
    {
        if (known.Users != held.Users || known.Items != held.Items) throw new ArgumentException($"{known.Users} × {known.Items} and {held.Users} × {held.Items} do not fit together", nameof(held));
        var (expected, variance) = (new double[known.Items], new double[known.Items]);
        for (var u = 0; u < known.Users; u++)
        {
            var share = held.Length(u) / Math.Max(1.0, known.Length(u) + held.Length(u));
            foreach (var i in known.ItemsOf(u)) Expect(i, share);
            foreach (var i in held.ItemsOf(u)) Expect(i, share);
        }

        var (stands, heard) = (held.Popularity(), known.Popularity());
        for (var i = 0; i < heard.Length; i++) heard[i] += stands[i];
        int[] judged = [.. Enumerable.Range(0, heard.Length).Where(i => heard[i] >= Least && variance[i] > 0)];
        int[] head = [.. Enumerable.Range(0, heard.Length).OrderByDescending(i => heard[i]).ThenBy(i => i).Take(Math.Max(1, heard.Length / 100))];
        return new SplitCheck(
            judged.Length == 0 ? 1 : judged.Average(i => (stands[i] - expected[i]) * (stands[i] - expected[i]) / variance[i]),
            head.Sum(i => stands[i]) / Math.Max(1e-9, head.Sum(i => expected[i])), judged.Length);

        void Expect(int item, double share)
        {
            expected[item] += share;
            variance[item] += share * (1 - share);
        }
    }

    public override string ToString() => FormattableString.Invariant(
        $"in the test, items stray from their share by {Dispersion:0.00} times the variance of a random draw, and the most heard hundredth stands {Head:0.00} times as often: {(LooksRandom ? "drawn at random" : "NOT drawn at random, so random validation pairs are another task")}");
}
