namespace Busker.Bench.Fraud;

/// <summary>Lines of one result file: a value beside its target.</summary>
internal sealed class Gates(string part)
{
    private readonly BenchResult _result = new($"fraud_{part}", "set,what,value,deviation,low,high,target,reached,chosen");

    /// <summary>A target of NaN: for comparison only.</summary>
    public void Add(string set, string what, double value, double target = double.NaN, double deviation = double.NaN, (double Low, double High)? interval = null, string chosen = "", bool atMost = false)
    {
        var reached = double.IsNaN(target) ? "" : (atMost ? value <= target : value >= target) ? "yes" : "no";
        _result.Add(set, what.Replace(",", ";"), Text(value), Text(deviation), Text(interval?.Low ?? double.NaN), Text(interval?.High ?? double.NaN), Text(target), reached, chosen.Replace(",", ";"));
        Console.WriteLine($"{set,-22} {what,-62} {Text(value)}{(double.IsNaN(deviation) ? "" : $" ± {Text(deviation)}")}"
            + $"{(interval is { } i ? $" [{Text(i.Low)}; {Text(i.High)}]" : "")}{(reached.Length > 0 ? $"   target {Text(target)}: {(reached == "yes" ? "reached" : "NOT reached")}" : "")}");
    }

    public void Save() => _result.Save();

    private static string Text(double value) => double.IsNaN(value) ? "" : value.ToString("0.####");
}
