using System.CommandLine;
using System.Globalization;
using Busker.Kernel;
using Busker.Learning.Numbers;
using Spectre.Console;

namespace Busker.Cli.Commands;

/// <summary>What the commands under <c>learn</c> share: options, a progress bar, refusals in one sentence, one table.</summary>
internal static class LearnRun
{
    public static Option<DirectoryInfo> Output => new("--out") { Description = "Where model and report go.", DefaultValueFactory = _ => new DirectoryInfo("learned") };

    public static Option<int> Threads => new("--threads") { Description = "Threads; the result is the same for any number.", DefaultValueFactory = _ => Environment.ProcessorCount };

    /// <summary>Runs a study under a progress bar; null after a refusal was printed.</summary>
    public static T? Study<T>(int threads, Func<Lanes, Action<string, double>, Result<T>> run)
        where T : class
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        if (threads < 1) return Refuse<T>(new Fault(Code.InvalidArgument, "LEARNING_BAD_OPTION", $"--threads is {threads}; it must be at least 1"));
        Result<T> studied = default;
        AnsiConsole.Progress().HideCompleted(true).Start(progress =>
        {
            var task = progress.AddTask("starting", maxValue: 1);
            studied = run(new Lanes(threads), (what, share) =>
            {
                task.Description = Markup.Escape(what);
                task.Value = share;
            });
        });
        return studied.Fault is { } fault ? Refuse<T>(fault) : studied.Value;
    }

    private static T? Refuse<T>(Fault fault)
        where T : class
    {
        Console.Error.WriteLine($"busker: {fault.Message}");
        return null;
    }

    public static void Print(string[] header, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Spectre.Console.Table().AddColumns([.. header.Select(Markup.Escape)]);
        foreach (var row in rows) table.AddRow([.. row.Select(Markup.Escape)]);
        AnsiConsole.Write(table);
    }

    public static void Written(string what, string path) => Console.WriteLine($"{what,-7}{path}");
}
