using Busker.Learning.Features;
using Busker.Learning.Fraud;
using Replay = Busker.Learning.Features.Replay;

namespace Busker.Learning.Tests.Features;

/// <summary>The published fifteen features, from their published definitions: sums over the rows of a window, nothing kept.</summary>
public sealed class BookFeaturesTests
{
    [Fact]
    public void The_fifteen_follow_their_definitions_on_every_row()
    {
        var town = new CardTown(Customers: 60, Terminals: 40, Days: 50, Seed: 11) { Reach = 60 }.Make();
        var table = Replay.Run(CardPlans.Book, town.History).Value;
        var (customers, terminals) = (Members(town.History.Keys[0]), Members(town.History.Keys[1]));
        for (var r = 0; r < town.Rows; r++)
        {
            foreach (var (name, expected) in Expected(town, customers, terminals, r))
            {
                table.Columns[table.IndexOf(name)][r].ShouldBe(expected, 1e-9, $"row {r}, {name}");
            }
        }
    }

    [Fact]
    public void A_payment_in_the_same_second_counts_when_it_came_first()
    {
        var history = new PaymentHistory([100, 100, 100], [1000, 2000, 3000], [[1, 1, 1], [1, 1, 1]], [false, false, false], [0, 0, 0]);
        var table = Replay.Run(CardPlans.Book, history).Value;
        table.Columns[table.IndexOf("CUSTOMER_ID_NB_TX_1DAY_WINDOW")].ShouldBe([1, 2, 3]);
        table.Columns[table.IndexOf("CUSTOMER_ID_AVG_AMOUNT_1DAY_WINDOW")].ShouldBe([10, 15, 20]);
    }

    private static IEnumerable<(string Name, double Value)> Expected(CardSet set, Dictionary<ulong, int[]> customers, Dictionary<ulong, int[]> terminals, int row)
    {
        var history = set.History;
        var now = history.Time[row];
        var clock = DateTimeOffset.FromUnixTimeSeconds(now);
        yield return ("TX_AMOUNT", history.Amount[row] / 100.0);
        yield return ("TX_DURING_WEEKEND", clock.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 1 : 0);
        yield return ("TX_DURING_NIGHT", clock.Hour <= 6 ? 1 : 0);
        foreach (var days in new[] { 1, 7, 30 })
        {
            int[] own = [.. customers[history.Keys[0][row]].Where(r => r <= row && history.Time[r] > now - days * 86_400L)];
            yield return ($"CUSTOMER_ID_NB_TX_{days}DAY_WINDOW", own.Length);
            yield return ($"CUSTOMER_ID_AVG_AMOUNT_{days}DAY_WINDOW", own.Average(r => history.Amount[r] / 100.0));
            int[] there = [.. terminals[history.Keys[1][row]].Where(r => history.Time[r] <= now - 7 * 86_400L && history.Time[r] > now - (days + 7) * 86_400L)];
            yield return ($"TERMINAL_ID_NB_TX_{days}DAY_WINDOW", there.Length);
            yield return ($"TERMINAL_ID_RISK_{days}DAY_WINDOW", there.Length == 0 ? 0 : there.Count(r => history.Fraud[r]) / (double)there.Length);
        }
    }

    private static Dictionary<ulong, int[]> Members(ulong[] keys) =>
        Enumerable.Range(0, keys.Length).GroupBy(r => keys[r]).ToDictionary(g => g.Key, g => g.ToArray());
}
