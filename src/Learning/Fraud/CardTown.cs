using Busker.Learning.Numbers;

namespace Busker.Learning.Fraud;

/// <summary>
/// A seeded town with the statistics of the handbook's simulation: customers with their own mean amount (5 … 100, deviation
/// half of it) and pace (0 … 4 a day) buy around noon at terminals within reach; amounts above 220 are fraud; each day two
/// terminals fall for 28 days, and three cards for 14 days, a third of whose payments become five times as large and fraud.
/// </summary>
public sealed record CardTown(int Customers = 5000, int Terminals = 10_000, int Days = 157, ulong Seed = 1)
{
    /// <summary>Terminals per unit of area set how many are within reach; the reach of 5 is for the default sizes.</summary>
    public double Reach { get; init; } = 5;

    /// <summary>A town of so many cards with as many terminals for each and within reach as the default has.</summary>
    public static CardTown Of(int cards) => new CardTown() is var town && cards == town.Customers ? town
        : new CardTown(cards, 2 * cards) { Reach = town.Reach * Math.Sqrt((double)town.Customers / cards) };

    private sealed record Payment(long Time, int Customer, int Terminal)
    {
        public long Amount { get; set; }
        public bool Fraud { get; set; }
    }

    public CardSet Make()
    {
        var rng = new Rng(Seed);
        var places = Enumerable.Range(0, Terminals).Select(_ => (X: 100 * rng.NextDouble(), Y: 100 * rng.NextDouble())).ToArray();
        var payments = new List<Payment>();
        for (var c = 0; c < Customers; c++) Shop(c, places, rng.Fork((ulong)c), payments);
        var ordered = payments.OrderBy(p => p.Time).ThenBy(p => p.Customer).ToArray();
        Attack(ordered, rng.Fork(0xF00D));
        return CardSet.Of([.. ordered.Select(p => p.Time)], [.. ordered.Select(p => p.Amount)],
            [.. ordered.Select(p => (ulong)p.Customer + 1)], [.. ordered.Select(p => (ulong)p.Terminal + 1)],
            [.. ordered.Select(p => p.Fraud)], [.. Enumerable.Range(0, ordered.Length).Select(i => (long)i)]);
    }

    private void Shop(int customer, (double X, double Y)[] places, Rng rng, List<Payment> payments)
    {
        var (x, y, mean, pace) = (100 * rng.NextDouble(), 100 * rng.NextDouble(), 5 + 95 * rng.NextDouble(), 4 * rng.NextDouble());
        int[] near = [.. Enumerable.Range(0, places.Length).Where(t => Math.Pow(places[t].X - x, 2) + Math.Pow(places[t].Y - y, 2) < Reach * Reach)];
        if (near.Length == 0) return;
        for (var day = 0; day < Days; day++)
        {
            for (var n = rng.NextPoisson(pace); n > 0; n--)
            {
                var second = (long)(43_200 + 20_000 * rng.NextGaussian());
                if (second is <= 0 or >= 86_400) continue;
                var amount = mean + mean / 2 * rng.NextGaussian();
                if (amount < 0) amount = 2 * mean * rng.NextDouble();
                payments.Add(new Payment(CardSet.Start + day * 86_400L + second, customer, near[rng.NextInt(near.Length)])
                {
                    Amount = (long)Math.Round(100 * amount),
                });
            }
        }
    }

    private void Attack(Payment[] payments, Rng rng)
    {
        foreach (var payment in payments) payment.Fraud = payment.Amount > 22_000;
        var byTerminal = payments.ToLookup(p => p.Terminal);
        var byCustomer = payments.ToLookup(p => p.Customer);
        // The default town loses two terminals and three cards a day; smaller ones in proportion.
        var (terminals, cards) = (2.0 * Terminals / 10_000, 3.0 * Customers / 5000);
        for (var day = 0; day < Days; day++)
        {
            var from = CardSet.Start + day * 86_400L;
            for (var n = Some(terminals, rng); n > 0; n--)
            {
                foreach (var payment in byTerminal[rng.NextInt(Terminals)].Where(p => p.Time >= from && p.Time < from + 28 * 86_400L)) payment.Fraud = true;
            }

            for (var n = Some(cards, rng); n > 0; n--)
            {
                foreach (var payment in byCustomer[rng.NextInt(Customers)].Where(p => p.Time >= from && p.Time < from + 14 * 86_400L))
                {
                    if (!rng.NextBool(1.0 / 3)) continue;
                    payment.Amount *= 5;
                    payment.Fraud = true;
                }
            }
        }
    }

    private static int Some(double mean, Rng rng) => (int)mean + (rng.NextBool(mean - (int)mean) ? 1 : 0);
}
