using Busker.Kernel;
using Busker.Learning.Features;
using Busker.Learning.Numbers;

namespace Busker.Learning.Fraud;

/// <summary>
/// Card payments at terminals in the layout of the Fraud Detection Handbook: a stream of two entities (customer, terminal),
/// frauds known seven days later, day numbers counted from the first day.
/// </summary>
public sealed record CardSet(PaymentHistory History, int[] Day, long[] TransactionId)
{
    public const long LabelDelay = 7 * VelocityPlan.Day;

    /// <summary>Its file is called this, with .csv or .csv.gz behind.</summary>
    public const string FileName = "handbook_raw";

    private static readonly PaymentColumns Columns = new("TRANSACTION_ID", "TX_TIME_SECONDS", "TX_AMOUNT", "TX_FRAUD", "CUSTOMER_ID", "TERMINAL_ID");

    /// <summary>2018-04-01, the first day of the published set.</summary>
    public const long Start = 1_522_540_800;

    public int Rows => Day.Length;
    public int Frauds => History.Fraud.Count(f => f);

    public double[] Labels => [.. History.Fraud.Select(f => f ? 1.0 : 0)];

    public double[] Amounts => [.. History.Amount.Select(a => a / 100.0)];

    internal static CardSet Of(long[] time, long[] amount, ulong[] customer, ulong[] terminal, bool[] fraud, long[] id) =>
        new(new PaymentHistory(time, amount, [customer, terminal], fraud, [.. time.Select(t => t + LabelDelay)]),
            [.. time.Select(t => (int)((t - Start) / VelocityPlan.Day))], id);

    /// <summary>Rows whose outcome is not known yet; none when read for training.</summary>
    public bool[] Open { get; init; } = new bool[Day.Length];

    /// <summary>Reads <c>handbook_raw.csv[.gz]</c> from a folder. Refuses a doubled id, a label that is not 0 or 1, rows out of time order.</summary>
    /// <param name="open">Whether a label may be empty: its row is then <see cref="Open"/> and counts as no known fraud.</param>
    public static Result<CardSet> Read(string folder, bool open = false)
    {
        var read = PaymentRows.Read(folder, FileName, Columns, open);
        if (read.Fault is { } fault) return fault;
        var csv = read.Value;
        var label = csv.Numbers(Columns.Label);
        return Of([.. csv.Numbers(Columns.Time).Select(t => Start + (long)t)], PaymentRows.Minor(csv.Numbers(Columns.Amount)),
            PaymentRows.Keys(csv.Numbers(Columns.Keys[0])), PaymentRows.Keys(csv.Numbers(Columns.Keys[1])), [.. label.Select(l => l == 1)], [.. csv.Numbers(Columns.Id).Select(i => (long)i)])
            with { Open = Array.ConvertAll(label, double.IsNaN) };
    }
}
