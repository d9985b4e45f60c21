using Busker.Kernel;
using Busker.Learning.Features;
using Busker.Learning.Numbers;

namespace Busker.Learning.Fraud;

/// <summary>
/// Card payments at merchants of a category, in the layout of the Sparkov generator. Each card suffers one burst of frauds
/// of a day or two, so who the card is (its number, town, year of birth) tells nothing that lasts and is not read.
/// </summary>
public sealed record SparkovSet(PaymentHistory History, double[] Category)
{
    public const string FileName = "sparkov_sim.csv.gz";

    internal const long Start = 1_546_300_800;

    /// <summary>Names of the key columns: card, merchant, category, a card's payments of one category, and its payments at night.</summary>
    internal static readonly string[] Entities = ["card", "merchant", "category", "card_category", "card_at_night"];

    public int Rows => Category.Length;
    /// <summary>Days since 2019-01-01.</summary>
    public int[] Days { get; } = [.. History.Time.Select(t => (int)((t - Start) / VelocityPlan.Day))];

    public double[] Labels => [.. History.Fraud.Select(f => f ? 1.0 : 0)];

    /// <summary>Reads <see cref="FileName"/> from a folder. Refuses a doubled id, a label that is not 0 or 1, rows out of time order.</summary>
    public static Result<SparkovSet> Read(string folder)
    {
        string[] columns = ["tx_id", "unix_time", "card_id", "merchant_id", "amount", "is_fraud"];
        var read = CsvFile.Read(Path.Combine(folder, FileName), columns, ["category"]);
        if (read.Fault is { } fault) return fault;
        var csv = read.Value;
        if (PaymentRows.Check(csv, columns[0], columns[1], columns[5], columns[4], columns[2], columns[3]) is { } wrong) return wrong;
        var (words, times) = (csv.Words("category"), csv.Numbers(columns[1]));
        string[] names = [.. words.Distinct().Order(StringComparer.Ordinal)];
        double[] category = [.. words.Select(w => (double)Array.BinarySearch(names, w, StringComparer.Ordinal))];
        return Of([.. times.Select(t => (long)t)], csv.Numbers(columns[4]), PaymentRows.Keys(csv.Numbers(columns[2])), PaymentRows.Keys(csv.Numbers(columns[3])),
            category, [.. csv.Numbers(columns[5]).Select(l => l == 1)]);
    }

    internal static SparkovSet Of(long[] time, double[] amount, ulong[] card, ulong[] merchant, double[] category, bool[] fraud)
    {
        ulong[] ofCategory = [.. category.Select(c => (ulong)c + 1)];
        ulong[] both = [.. card.Select((c, r) => c * 1000 + ofCategory[r])];
        ulong[] night = [.. card.Select((c, r) => time[r] % VelocityPlan.Day / 3600 is >= 22 or < 4 ? c : 0)];
        return new SparkovSet(new PaymentHistory(time, PaymentRows.Minor(amount), [card, merchant, ofCategory, both, night], fraud,
            [.. time.Select(t => t + CardSet.LabelDelay)]), category);
    }

    /// <summary>A fold between days, each span [from, to).</summary>
    internal Fold Fold(string name, int trainFrom, int trainTo, int testFrom, int testTo)
    {
        int[] Rows(int from, int to) => [.. Enumerable.Range(0, this.Rows).Where(r => Days[r] >= from && Days[r] < to)];
        return new Fold(name, trainFrom, Rows(trainFrom, trainTo), Rows(testFrom, testTo));
    }
}
