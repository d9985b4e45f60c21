using Busker.Learning.Features;

namespace Busker.Learning.Tests.Features;

/// <summary>Features by scanning every earlier row: slow and plain.</summary>
internal static class RawPast
{
    public static double Feature(VelocityFeature f, PaymentHistory h, int row)
    {
        if (f.Measure == Measure.Amount) return h.Amount[row] / 100.0;
        var keys = f.Entity == "card" ? h.Keys[0] : h.Keys[1];
        if (keys[row] == 0) return double.NaN;
        var now = h.Time[row];
        int[] past = [.. Enumerable.Range(0, row).Where(r => keys[r] == keys[row])];
        int[] window = [.. past.Where(r => h.Time[r] > now - f.Delay - f.Window && h.Time[r] <= now - f.Delay)];
        bool Known(int r) => h.Fraud[r] && h.KnownAt[r] <= now;
        double[] amounts = [.. window.Select(r => h.Amount[r] / 100.0)];
        int[] known = [.. past.Where(Known)];
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
