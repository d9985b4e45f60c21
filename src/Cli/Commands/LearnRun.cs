using System.CommandLine;
using System.Globalization;
using System.Text;
using Busker.Kernel;
using Busker.Learning.Numbers;
using Spectre.Console;

namespace Busker.Cli.Commands;

/// <summary>What the commands under <c>learn</c> share: options, progress, refusals in one sentence, one table, whole files.</summary>
internal static class LearnRun
{
    private const int Stopped = 130;

    public static Option<DirectoryInfo> Output => new("--out") { Description = "Where model and report go.", DefaultValueFactory = _ => new DirectoryInfo("learned") };

    public static Option<int> Threads => new("--threads") { Description = "Threads; the result is the same for any number.", DefaultValueFactory = _ => Environment.ProcessorCount };

    /// <summary>Refuses the option's value outside of the range, in one sentence.</summary>
    public static void Within(Option<int> option, int least, int most) => option.Validators.Add(given =>
    {
        if (given.GetValueOrDefault<int>() is var value && (value < least || value > most)) given.AddError($"{option.Name} is {value}; it must be from {least} to {most}");
    });

    /// <summary>
    /// Tries the folder for the results, if there is one, first, runs the study under progress, and hands it to <paramref name="show"/>. 1 after a refusal, which
    /// was printed; a stop ends at once, and no file is left half written.
    /// </summary>
    public static Task<int> Run<T>(string? output, int threads, Func<Lanes, Action<string, double>, Result<T>> run, Action<T> show, CancellationToken stop)
        where T : class
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        if (threads < 1) return Refuse(new Fault(Code.InvalidArgument, "LEARNING_BAD_OPTION", $"--threads is {threads}; it must be at least 1").Message);
        using var stopping = stop.Register(() =>
        {
            Console.Error.WriteLine("\nbusker: stopped");
            Environment.Exit(Stopped);
        });
        try
        {
            if (output is not null) Try(output);
            var studied = Watched(new Lanes(threads), run);
            if (studied.Fault is { } fault) return Refuse(fault.Message);
            show(studied.Value);
            return Task.FromResult(0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Refuse(e.Message);
        }
    }

    private static void Try(string output)
    {
        Directory.CreateDirectory(output);
        var trial = Path.Combine(output, ".trial");
        File.WriteAllBytes(trial, []);
        File.Delete(trial);
    }

    /// <summary>A bar on a terminal; elsewhere a plain line for each new thing, both on standard error.</summary>
    private static Result<T> Watched<T>(Lanes lanes, Func<Lanes, Action<string, double>, Result<T>> run)
    {
        if (Console.IsErrorRedirected)
        {
            var last = "";
            return run(lanes, (what, _) =>
            {
                if (what != last) Console.Error.WriteLine(last = what);
            });
        }

        Result<T> studied = default;
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }).Progress().HideCompleted(true).Start(progress =>
        {
            var task = progress.AddTask("starting", maxValue: 1);
            studied = run(lanes, (what, share) =>
            {
                task.Description = Markup.Escape(what);
                task.Value = share;
            });
        });
        return studied;
    }

    private static Task<int> Refuse(string sentence)
    {
        Console.Error.WriteLine($"busker: {sentence}");
        return Task.FromResult(1);
    }

    /// <summary>One table; where it is too wide for the terminal, with rows and columns exchanged if that is narrower.</summary>
    public static void Print(string[] header, IEnumerable<IReadOnlyList<string>> rows)
    {
        var piped = Console.IsOutputRedirected;
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = piped ? AnsiSupport.No : AnsiSupport.Detect, ColorSystem = piped ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect });
        if (piped) console.Profile.Width = 240;
        IReadOnlyList<string>[] lines = [header, .. rows];
        IReadOnlyList<string>[] turned = [.. Enumerable.Range(0, header.Length).Select(c => (IReadOnlyList<string>)[.. lines.Select(l => l[c])])];
        if (Wide(lines) > console.Profile.Width && Wide(turned) < Wide(lines)) lines = turned;
        var table = new Spectre.Console.Table().AddColumns([.. lines[0].Select(Markup.Escape)]);
        foreach (var line in lines.Skip(1)) table.AddRow([.. line.Select(Markup.Escape)]);
        console.Write(table);
    }

    private static int Wide(IReadOnlyList<string>[] lines) => 1 + Enumerable.Range(0, lines[0].Count).Sum(c => 3 + lines.Max(l => l[c].Split('\n').Max(part => part.Length)));

    /// <summary>Writes a file of the results, whole or not at all, and says where it is.</summary>
    public static void Write(string what, string path, Action<string> write)
    {
        write(path);
        Console.WriteLine($"{what,-7}{path}");
    }

    public static void Report(string path, string html) => Write("report", path, p => WholeFile.Write(p, Encoding.UTF8.GetBytes(html)));
}
