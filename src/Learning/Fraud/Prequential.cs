using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Busker.Learning.Fraud;

/// <summary>One fold: rows to train on and rows to test on, both ascending. Days are counted from the set's first.</summary>
public sealed record Fold(string Name, int TrainStart, int[] Train, int[] Test)
{
    /// <summary>First 16 hexadecimal digits of SHA-256 over the test transaction ids, sorted and joined by commas.</summary>
    public string TestHash(CardSet set)
    {
        var ids = Test.Select(r => set.TransactionId[r]).Order().Select(id => id.ToString(CultureInfo.InvariantCulture));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Join(',', ids))))[..16];
    }
}

/// <summary>
/// Prequential validation in the handbook's sense: train for a week, wait a week for labels, test for a week; cards known
/// to be compromised by then are left out of the test. The folds go back a week at a time.
/// </summary>
public static class Prequential
{
    private const int Week = 7;

    /// <summary>Test folds whose training starts at <paramref name="lastStart"/> and each week before; newest first.</summary>
    public static Fold[] Folds(CardSet set, string name, int lastStart, int count, int trainDays = Week) =>
        [.. Enumerable.Range(0, count).Select(i => At(set, $"{name} {i}", lastStart - Week * i, trainDays))];

    /// <summary>
    /// More training days reach further back; the test set stays that of the seven-day protocol, so results can be compared.
    /// </summary>
    public static Fold At(CardSet set, string name, int trainStart, int trainDays = Week)
    {
        var (days, fraud, card) = (set.Day, set.History.Fraud, set.History.Keys[0]);
        int First(int day) => Array.BinarySearch(days, day) is var at && at < 0 ? ~at : Lowest(days, at);
        var known = new HashSet<ulong>();
        for (var r = First(trainStart); r < First(trainStart + Week); r++)
        {
            if (fraud[r]) known.Add(card[r]);
        }

        var test = new List<int>();
        for (var day = trainStart + 2 * Week; day < trainStart + 3 * Week; day++)
        {
            for (var r = First(day - Week - 1); r < First(day - Week); r++)
            {
                if (fraud[r]) known.Add(card[r]);
            }

            for (var r = First(day); r < First(day + 1); r++)
            {
                if (!known.Contains(card[r])) test.Add(r);
            }
        }

        var from = First(trainStart + Week - trainDays);
        return new Fold(name, trainStart, [.. Enumerable.Range(from, First(trainStart + Week) - from)], [.. test]);
    }

    private static int Lowest(int[] days, int at)
    {
        while (at > 0 && days[at - 1] == days[at]) at--;
        return at;
    }
}
