using Busker.Kernel;
using Busker.Learning.Numbers;

namespace Busker.Learning.Features;

/// <summary>
/// A recorded stream, in time order: one row per attempt. <paramref name="Keys"/>: per entity of the plan, one key per row.
/// <paramref name="KnownAt"/>: when the row's fraud became known (only read where <paramref name="Fraud"/> is set).
/// </summary>
public sealed record PaymentHistory(long[] Time, long[] Amount, ulong[][] Keys, bool[] Fraud, long[] KnownAt)
{
    /// <summary>Attempts.</summary>
    public int Rows => Time.Length;
}

/// <summary>
/// Replays a stream through <see cref="VelocityState"/> and writes down what it would have answered at each moment. A
/// label known at the very second of an attempt counts as known.
/// </summary>
public static class Replay
{
    /// <summary>One row of features per attempt; refuses a stream that is out of order or of another shape.</summary>
    public static Result<Table> Run(VelocityPlan plan, PaymentHistory stream, VelocityState? into = null)
    {
        if (Check(plan, stream) is { } fault) return fault;
        var state = into ?? new VelocityState(plan);
        var columns = plan.Features.Select(_ => new double[stream.Rows]).ToArray();
        int[] labels = [.. Enumerable.Range(0, stream.Rows).Where(r => stream.Fraud[r]).OrderBy(r => stream.KnownAt[r]).ThenBy(r => r)];
        Span<double> row = new double[columns.Length];
        Span<ulong> keys = new ulong[plan.Entities.Length];
        for (int r = 0, next = 0; r < stream.Rows; r++)
        {
            for (; next < labels.Length && stream.KnownAt[labels[next]] <= stream.Time[r]; next++)
            {
                Load(stream, labels[next], keys);
                state.Learn(new Attempt(stream.Time[labels[next]], 0, labels[next]), keys, fraud: true);
            }

            Load(stream, r, keys);
            var attempt = new Attempt(stream.Time[r], stream.Amount[r], r);
            state.ReadAndRecord(attempt, keys, row);
            for (var c = 0; c < columns.Length; c++) columns[c][r] = row[c];
        }

        return Table.Of(plan.Names, columns);
    }

    private static void Load(PaymentHistory stream, int row, Span<ulong> keys)
    {
        for (var e = 0; e < keys.Length; e++) keys[e] = stream.Keys[e][row];
    }

    private static Fault? Check(VelocityPlan plan, PaymentHistory stream)
    {
        if (stream.Keys.Length != plan.Entities.Length) return Bad($"{stream.Keys.Length} key columns for {plan.Entities.Length} entities");
        for (var r = 1; r < stream.Rows; r++)
        {
            if (stream.Time[r] < stream.Time[r - 1]) return Bad($"row {r + 1}, column time: {stream.Time[r]} lies before the row above");
        }

        var early = Enumerable.Range(0, stream.Rows).FirstOrDefault(r => stream.Fraud[r] && stream.KnownAt[r] <= stream.Time[r], -1);
        return early >= 0 ? Bad($"row {early + 1}, column known_at: a fraud is known only after it happened") : null;
    }

    private static Fault Bad(string message) => new(Code.InvalidArgument, "LEARNING_BAD_STREAM", message);
}
