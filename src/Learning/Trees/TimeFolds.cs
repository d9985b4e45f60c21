namespace Busker.Learning.Trees;

/// <summary>
/// Cross-validation by time: each fold trains on what lies before a gap and tests on what follows it, so that no row is
/// judged by a model that saw its future. Random folds would let one card stand on both sides.
/// </summary>
public static class TimeFolds
{
    /// <summary>
    /// <paramref name="count"/> folds, oldest first, with test spans of <paramref name="span"/> ending at the last time. Training
    /// takes everything earlier than the gap, or only the newest <paramref name="memory"/> of it when that is positive.
    /// </summary>
    public static (int[] Train, int[] Test)[] Of(long[] times, int count, long span, long gap, long memory = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(span, 1);
        var end = times.Max() + 1;
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var start = end - span * (count - i);
            var oldest = memory > 0 ? start - gap - memory : long.MinValue;
            return (Rows(times, oldest, start - gap), Rows(times, start, start + span));
        })];
    }

    private static int[] Rows(long[] times, long from, long to) =>
        [.. Enumerable.Range(0, times.Length).Where(r => times[r] >= from && times[r] < to)];
}
