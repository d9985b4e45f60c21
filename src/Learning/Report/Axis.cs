using System.Globalization;

namespace Busker.Learning.Report;

/// <summary>Maps values onto 0 … 1 and chooses round ticks.</summary>
internal sealed class Axis
{
    private readonly bool _log;
    private readonly double _low, _high;

    public Axis(double[] values, bool log)
    {
        _log = log;
        var shown = Array.FindAll(values, Shows);
        _low = shown.Length == 0 ? 0 : Scale(shown.Min());
        _high = shown.Length == 0 ? 1 : Scale(shown.Max());
        if (_high - _low < 1e-12) (_low, _high) = (_low - 0.5, _high + 0.5);
    }

    public bool Shows(double value) => double.IsFinite(value) && (!_log || value > 0);

    public double Place(double value) => Math.Clamp((Scale(value) - _low) / (_high - _low), 0, 1);

    public IEnumerable<(double Value, string Label)> Ticks()
    {
        if (_log && _high - _low >= 1)
        {
            for (var e = (int)Math.Ceiling(_low - 1e-9); e <= _high + 1e-9; e++) yield return (Math.Pow(10, e), Label(Math.Pow(10, e)));
            yield break;
        }

        var step = Step((_high - _low) / 5);
        for (var v = Math.Ceiling(_low / step - 1e-9) * step; v <= _high + 1e-9; v += step)
        {
            var value = _log ? Math.Pow(10, v) : Math.Abs(v) < step / 1e6 ? 0 : v;
            yield return (value, Label(value));
        }
    }

    public static string Label(double value) =>
        Math.Abs(value) is >= 1e7 or (> 0 and < 1e-3)
            ? value.ToString("0.##e0", CultureInfo.InvariantCulture)
            : Math.Abs(value) >= 1000 ? value.ToString("#,0.##", CultureInfo.InvariantCulture)
            : value.ToString("0.####", CultureInfo.InvariantCulture);

    private double Scale(double value) => _log ? Math.Log10(value) : value;

    private static double Step(double rough)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        return (rough / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 } * power;
    }
}
