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

    public const string FileName = "handbook_raw.csv.gz";

    /// <summary>2018-04-01, the first day of the published set.</summary>
    public const long Start = 1_522_540_800;

    public int Rows => Day.Length;
    public int Frauds => History.Fraud.Count(f => f);

    public double[] Labels => [.. History.Fraud.Select(f => f ? 1.0 : 0)];

    public double[] Amounts => [.. History.Amount.Select(a => a / 100.0)];

    internal static CardSet Of(long[] time, long[] amount, ulong[] customer, ulong[] terminal, bool[] fraud, long[] id) =>
        new(new PaymentHistory(time, amount, [customer, terminal], fraud, [.. time.Select(t => t + LabelDelay)]),
            [.. time.Select(t => (int)((t - Start) / VelocityPlan.Day))], id);

    /// <summary>Reads <c>handbook_raw.csv.gz</c> from a folder. Refuses a doubled id, a label that is not 0 or 1, rows out of time order.</summary>
    public static Result<CardSet> Read(string folder)
    {
        string[] columns = ["TRANSACTION_ID", "TX_TIME_SECONDS", "CUSTOMER_ID", "TERMINAL_ID", "TX_AMOUNT", "TX_FRAUD"];
        var read = CsvFile.Read(Path.Combine(folder, FileName), columns);
        if (read.Fault is { } fault) return fault;
        var csv = read.Value;
        if (PaymentRows.Check(csv, columns[0], columns[1], columns[5], columns[4], columns[2], columns[3]) is { } wrong) return wrong;
        var (id, label, time) = (csv.Numbers(columns[0]), csv.Numbers(columns[5]), csv.Numbers(columns[1]));
        return Of([.. time.Select(t => Start + (long)t)], PaymentRows.Minor(csv.Numbers(columns[4])),
            PaymentRows.Keys(csv.Numbers(columns[2])), PaymentRows.Keys(csv.Numbers(columns[3])), [.. label.Select(l => l == 1)], [.. id.Select(i => (long)i)]);
    }
}
