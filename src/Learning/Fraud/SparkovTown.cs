using Busker.Learning.Features;
using Busker.Learning.Numbers;

namespace Busker.Learning.Fraud;

/// <summary>
/// Seeded payments with the statistics of a Sparkov run: fourteen categories with their own amounts, more trade after noon,
/// and for each card one burst of about nine frauds within a day or two, nine of ten at night, in amounts unusual for the category.
/// </summary>
public sealed record SparkovTown(int Cards = 1000, int Merchants = 693, int Days = 181, ulong Seed = 1)
{
    /// <summary>Share of the payments, share of the frauds, mean amount, mean amount of a fraud.</summary>
    private static readonly (double Share, double Frauds, double Mean, double FraudMean)[] Categories =
    [
        (0.072, 0.027, 69, 470), (0.074, 0.020, 57, 119), (0.086, 0.082, 66, 10), (0.042, 0.016, 57, 10), (0.096, 0.233, 115, 305), (0.062, 0.016, 54, 20), (0.093, 0.027, 59, 247),
        (0.085, 0.027, 64, 20), (0.047, 0.127, 72, 799), (0.064, 0.030, 64, 16), (0.069, 0.025, 46, 21), (0.077, 0.229, 81, 1002), (0.099, 0.123, 69, 880), (0.034, 0.018, 74, 10),
    ];

    private sealed record Payment(long Time, int Card, int Category, double Amount, int Merchant, bool Fraud);

    public SparkovSet Make()
    {
        var payments = new List<Payment>();
        for (var c = 0; c < Cards; c++) Live(c, new Rng(Seed).Fork((ulong)c), payments);
        var ordered = payments.OrderBy(p => p.Time).ThenBy(p => p.Card).ToArray();
        return SparkovSet.Of([.. ordered.Select(p => p.Time)], [.. ordered.Select(p => p.Amount)], [.. ordered.Select(p => (ulong)p.Card + 1)],
            [.. ordered.Select(p => (ulong)p.Merchant + 1)], [.. ordered.Select(p => (double)p.Category)], [.. ordered.Select(p => p.Fraud)]);
    }

    private void Live(int card, Rng rng, List<Payment> payments)
    {
        var (pace, level) = (1 + 3 * rng.NextDouble(), 0.6 + 0.8 * rng.NextDouble());
        for (var day = 0; day < Days; day++)
        {
            for (var n = rng.NextPoisson(pace); n > 0; n--) Pay(card, day, Hour(rng), level, rng, payments, fraud: false);
        }

        var burst = rng.NextInt(Days - 1);
        for (var n = 2 + rng.NextPoisson(7.5); n > 0; n--)
        {
            var hour = rng.NextBool(0.85) ? (22 + rng.NextInt(6)) % 24 : rng.NextInt(24);
            Pay(card, burst + rng.NextInt(2), hour, 1, rng, payments, fraud: true);
        }
    }

    /// <summary>Five payments in the afternoon and evening for three at night or in the morning.</summary>
    private static int Hour(Rng rng) => rng.NextBool(0.625) ? 12 + rng.NextInt(12) : rng.NextInt(12);

    private void Pay(int card, int day, int hour, double level, Rng rng, List<Payment> payments, bool fraud)
    {
        var (at, category) = (rng.NextDouble() * Categories.Sum(c => fraud ? c.Frauds : c.Share), 0);
        while (category < Categories.Length - 1 && (at -= fraud ? Categories[category].Frauds : Categories[category].Share) > 0) category++;
        var of = Categories[category];
        // Good amounts are widely spread around the category's mean, frauds narrowly around theirs.
        var amount = fraud ? of.FraudMean * (1 + 0.15 * rng.NextGaussian()) : of.Mean * level * rng.NextGamma(0.8) / 0.8;
        payments.Add(new Payment(SparkovSet.Start + day * VelocityPlan.Day + hour * 3600 + rng.NextInt(3600), card, category, Math.Max(1, amount),
            category * Merchants / Categories.Length + rng.NextInt(Math.Max(1, Merchants / Categories.Length)), fraud));
    }
}
