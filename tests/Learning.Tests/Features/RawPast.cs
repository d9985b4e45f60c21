using Busker.Learning.Features;

namespace Busker.Learning.Tests.Features;

/// <summary>Features by scanning every earlier row: slow and plain.</summary>
internal static class RawPast
{
    /// <summary>Of the test's plan, without a delay: the one whose median is taken.</summary>
    public const long LongestWindow = 9 * 3600;

    public static double Feature(VelocityFeature f, PaymentHistory h, int row)
    {
        var second = h.Time[row] % 86_400;
        switch (f.Measure)
        {
            case Measure.Amount: return h.Amount[row] / 100.0;
            case Measure.HourOfDay: return second / 3600;
            case Measure.Night: return second / 3600 <= 6 ? 1 : 0;
            case Measure.Weekend: return DateTimeOffset.FromUnixTimeSeconds(h.Time[row]).DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 1 : 0;
        }

        var keys = f.Entity == "card" ? h.Keys[0] : h.Keys[1];
        if (keys[row] == 0) return double.NaN;
        var now = h.Time[row];
        int[] past = [.. Enumerable.Range(0, row).Where(r => keys[r] == keys[row])];
        int[] window = [.. past.Where(r => h.Time[r] > now - f.Delay - f.Window && h.Time[r] <= now - f.Delay)];
        bool Known(int r) => h.Fraud[r] && h.KnownAt[r] <= now;
        double[] amounts = [.. window.Select(r => h.Amount[r] / 100.0)];
        int[] known = [.. past.Where(Known)];
        double Half(int r) => Math.Pow(0.5, (now - h.Time[r]) / (double)f.Window);
        double Median()
        {
            double[] sorted = [.. past.Where(r => h.Time[r] > now - LongestWindow).Select(r => (double)h.Amount[r]).Order()];
            return sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        }

        return f.Measure switch
        {
            Measure.Count => window.Length + (f.WithCurrent ? 1 : 0),
            Measure.Sum => amounts.Sum(),
            Measure.Mean => amounts.Length == 0 ? double.NaN : amounts.Average(),
            Measure.AmountRatio => amounts.Length == 0 ? double.NaN : h.Amount[row] / 100.0 / amounts.Average(),
            Measure.AmountZ => amounts.Length == 0 ? double.NaN
                : (h.Amount[row] / 100.0 - amounts.Average()) / (Math.Sqrt(amounts.Average(a => a * a) - amounts.Average() * amounts.Average()) + 1),
            Measure.KnownFrauds => window.Count(Known),
            Measure.Risk => (window.Count(Known) + f.Strength * f.Prior) / (window.Length + f.Strength),
            Measure.DaysSinceLast => past.Length == 0 ? double.NaN : (now - h.Time[past[^1]]) / 86_400.0,
            Measure.Distinct => Distinct(f, h, row, past),
            Measure.DecayedCount => past.Sum(r => Math.Pow(0.5, (now - h.Time[r]) / (double)f.Window)),
            Measure.DecayedMean => past.Length == 0 ? double.NaN : past.Sum(r => Half(r) * h.Amount[r] / 100.0) / past.Sum(Half),
            Measure.CountRatio => past.Length == 0 ? double.NaN
                : window.Length / (double)f.Window / (past.Length / (double)Math.Max(86_400, now - h.Time[past[0]])),
            Measure.DaysSinceFirst => past.Length == 0 ? double.NaN : (now - h.Time[past[0]]) / 86_400.0,
            Measure.TotalCount => past.Length,
            Measure.MedianRatio => h.Amount[row] / Median(),
            Measure.MedianRank => past.Length == 0 ? double.NaN : window.Count(r => h.Amount[r] < h.Amount[row]) / (double)window.Length,
            Measure.Outliers => past.Length == 0 ? double.NaN : window.Count(r => h.Amount[r] > f.Strength * Median()),
            Measure.LargestRatio => past.Length == 0 ? double.NaN : window.Select(r => h.Amount[r]).Append(0).Max() / Median(),
            Measure.FraudRun => past.Length == 0 ? double.NaN : window.Reverse().TakeWhile(Known).Count(),
            Measure.DaysSinceRun => window.Reverse().TakeWhile(Known).ToArray() is [.., var begun] ? (now - h.Time[begun]) / 86_400.0 : double.NaN,
            Measure.DaysSinceGood => window.Reverse().Where(r => !Known(r)).ToArray() is [var good, ..] ? (now - h.Time[good]) / 86_400.0 : double.NaN,
            Measure.DaysSinceKnownFraud => known.Length == 0 ? double.NaN : (now - known.Max(r => h.Time[r])) / 86_400.0,
            Measure.DaysSinceFirstKnownFraud => window.Any(Known) ? (now - h.Time[window.First(Known)]) / 86_400.0 : double.NaN,
            _ => known.Length,
        };
    }

    /// <summary>The window in whole eighths, as the sketch has it; at most 32 values per pane here, so it is exact.</summary>
    private static double Distinct(VelocityFeature f, PaymentHistory h, int row, int[] past)
    {
        var pane = f.Window / 8;
        var newest = h.Time[row] / pane;
        var others = past.Where(r => h.Time[r] / pane >= newest - 8).Select(r => h.Keys[0][r]).Where(k => k != 0).ToHashSet();
        if (h.Keys[0][row] != 0) others.Add(h.Keys[0][row]);
        return others.Count;
    }
}
