using Busker.Learning.Decide;
using Busker.Learning.Numbers;

namespace Busker.Learning.Tests.Decide;

public sealed class CardPrecisionTests
{
    [Fact]
    public void It_follows_the_handbooks_procedure_day_by_day()
    {
        for (var seed = 0UL; seed < 100; seed++)
        {
            var rng = new Rng(seed);
            const int rows = 400;
            double[] scores = [.. Enumerable.Range(0, rows).Select(_ => rng.NextDouble())];
            bool[] fraud = [.. scores.Select(s => rng.NextBool(s / 3))];
            ulong[] cards = [.. scores.Select(_ => (ulong)rng.NextInt(60) + 1)];
            int[] days = [.. Enumerable.Range(0, rows).Select(r => r / 60)];
            var k = 1 + rng.NextInt(20);
            CardPrecision.At(k, scores, fraud, cards, days).ShouldBe(Procedure(k, scores, fraud, cards, days), 1e-12);
        }
    }

    [Fact]
    public void A_day_of_which_every_card_was_found_before_counts_as_a_day_without_a_hit() =>
        CardPrecision.At(1, [0.9, 0.8], [true, true], [7, 7], [0, 1]).ShouldBe(0.5);

    /// <summary>
    /// The published procedure, step by step: of each day drop the rows of cards detected before; per card the highest score and whether
    /// any payment is fraud; the k highest; those compromised are detected, and their number over k is the day's precision; the mean over days.
    /// </summary>
    private static double Procedure(int k, double[] scores, bool[] fraud, ulong[] cards, int[] days)
    {
        var (detected, perDay) = (new List<ulong>(), new List<double>());
        foreach (var day in days.Distinct().Order())
        {
            var rows = Enumerable.Range(0, days.Length).Where(r => days[r] == day && !detected.Contains(cards[r])).ToList();
            var byCard = rows.Select(r => cards[r]).Distinct()
                .Select(c => (Card: c, Score: rows.Where(r => cards[r] == c).Max(r => scores[r]), Fraud: rows.Any(r => cards[r] == c && fraud[r])))
                .OrderByDescending(c => c.Score).Take(k).Where(c => c.Fraud).ToList();
            detected.AddRange(byCard.Select(c => c.Card));
            perDay.Add(byCard.Count / (double)k);
        }

        return perDay.Average();
    }
}
