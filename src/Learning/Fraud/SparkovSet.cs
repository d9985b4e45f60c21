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
    /// <summary>Its file is called this, with .csv or .csv.gz behind.</summary>
    public const string FileName = "sparkov_sim";

    private static readonly PaymentColumns Columns = new("tx_id", "unix_time", "amount", "is_fraud", "card_id", "merchant_id");

    internal const long Start = 1_546_300_800;

    /// <summary>Names of the key columns: card, merchant, category, a card's payments of one category, and its payments at night.</summary>
    internal static readonly string[] Entities = ["card", "merchant", "category", "card_category", "card_at_night"];

    public int Rows => Category.Length;
    /// <summary>Days since 2019-01-01.</summary>
    public int[] Days { get; } = [.. History.Time.Select(t => (int)((t - Start) / VelocityPlan.Day))];

    public double[] Labels => [.. History.Fraud.Select(f => f ? 1.0 : 0)];

    /// <summary>The words behind the codes of <see cref="Category"/>.</summary>
    public string[] Categories { get; init; } = [];

    /// <summary>The ids at the source.</summary>
    public long[] Ids { get; init; } = [];

    /// <summary>Rows whose outcome is not known yet; none when read for training.</summary>
    public bool[] Open { get; init; } = new bool[Category.Length];

    /// <summary>Reads <c>sparkov_sim.csv[.gz]</c> from a folder. Refuses a doubled id, a label that is not 0 or 1, rows out of time order.</summary>
    /// <param name="open">Whether a label may be empty: its row is then <see cref="Open"/> and counts as no known fraud.</param>
    /// <param name="known">The words of a model, whose codes are kept; new words come behind them.</param>
    public static Result<SparkovSet> Read(string folder, bool open = false, params string[] known)
    {
        var read = PaymentRows.Read(folder, FileName, Columns, open, "category");
        if (read.Fault is { } fault) return fault;
        var csv = read.Value;
        var (words, label) = (csv.Words("category"), csv.Numbers(Columns.Label));
        string[] names = [.. known, .. words.Distinct().Except(known).Order(StringComparer.Ordinal)];
        var codes = names.Select((name, code) => (name, code)).ToDictionary(n => n.name, n => (double)n.code, StringComparer.Ordinal);
        return Of([.. csv.Numbers(Columns.Time).Select(t => (long)t)], csv.Numbers(Columns.Amount), PaymentRows.Keys(csv.Numbers(Columns.Keys[0])), PaymentRows.Keys(csv.Numbers(Columns.Keys[1])),
            [.. words.Select(w => codes[w])], [.. label.Select(l => l == 1)])
            with { Categories = names, Ids = [.. csv.Numbers(Columns.Id).Select(i => (long)i)], Open = Array.ConvertAll(label, double.IsNaN) };
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
