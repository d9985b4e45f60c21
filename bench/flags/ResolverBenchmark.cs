using Busker.Flags;

namespace Busker.Bench.Flags;

/// <summary>The resolver alone: one flag, a client's worth of flags, and how long a large state takes until it can answer.</summary>
internal static class ResolverBenchmark
{
    private const int Users = 4096;

    public static void Run(double milliseconds)
    {
        var result = new BenchResult("flags_resolver", "what,p50,unit,bytes_per_call,promised,holds");
        OneFlag(result, milliseconds);
        ManyFlags(result, milliseconds);
        foreach (var (what, seconds) in Loading.Run()) Report(result, what, seconds, "s", 0, 1);
        result.Save();
    }

    private static void OneFlag(BenchResult result, double milliseconds)
    {
        var book = FlagBook.Build(Cell.State(), TimeProvider.System).Value;
        var (flag, caller, users) = (book.Find("three_rules-3")!, book.Operator(), Cell.Users(Users, 5));
        var (ns, bytes) = Measure.Calls(i => (int)book.Resolve(flag, users[i & (Users - 1)], caller).Reason, milliseconds);
        Report(result, "one flag with three rules", ns, "ns", bytes, 300);
    }

    private static void ManyFlags(BenchResult result, double milliseconds)
    {
        var book = FlagBook.Build(Made.Large(95, 54), TimeProvider.System).Value;
        var (caller, answers) = (book.Operator(), new Answer[95]);
        EvaluationContext[] users = [.. Enumerable.Range(0, Users).Select(i =>
            new EvaluationContext($"user-{i}").Set("country", $"C{i % 40}").Set("plan", i % 5 == 0 ? "premium" : "free").Set("user_id", $"u{i}"))];
        var (ns, bytes) = Measure.Calls(i => book.ResolveAll(users[i & (Users - 1)], caller, answers), milliseconds, chunk: 20);
        Report(result, "95 flags with 54 segments", ns / 1000, "us", bytes, 20);
    }

    private static void Report(BenchResult result, string what, double value, string unit, double bytes, double promised)
    {
        var holds = value <= promised && (unit == "s" || bytes == 0) ? "yes" : "NO";
        Console.WriteLine($"{what,-90} {value,9:F3} {unit,-2}  {bytes} B   promised {promised} {unit}: {holds}");
        result.Add(what, Math.Round(value, 3), unit, bytes, promised, holds);
    }
}
