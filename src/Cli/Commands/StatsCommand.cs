using System.CommandLine;
using System.Text.Json;
using Busker.Cli.Stats;
using Busker.Kernel;
using Busker.Statistics.Decisions;

namespace Busker.Cli.Commands;

/// <summary>`busker stats`: analyse, design and check experiments from files. A refusal is one sentence on stderr and exit code 2.</summary>
internal static class StatsCommand
{
    private static readonly Argument<FileInfo> File = new("file") { Description = "A .json or .csv file." };
    private static readonly Option<FileInfo?> JsonOut = new("--json") { Description = "Write the result as JSON here." };
    private static readonly Option<FileInfo?> HtmlOut = new("--html") { Description = "Write a self-contained page with plots here." };
    private static readonly Option<double> Floor = new("--floor") { Description = "The least share of any arm.", DefaultValueFactory = _ => 0.01 };
    private static readonly Option<string?> Control = new("--control") { Description = "The control arm; \"control\" or the first when absent." };
    private static readonly Option<double> UnitsPerDay = new("--units-per-day") { Description = "New units per day, for days needed (CSV)." };
    private static readonly Option<int> Looks = new("--looks") { Description = "Planned looks (CSV).", DefaultValueFactory = _ => 14 };
    private static readonly Option<int> Treatments = new("--treatments") { Description = "Arms beside the control (CSV).", DefaultValueFactory = _ => 1 };

    public static Command Create()
    {
        var analyze = new Command("analyze", "Effects, corrections and a decision with reasons, from sums or units.") { File, JsonOut, HtmlOut, Control };
        foreach (var option in StatsOptions.All) analyze.Add(option);
        analyze.SetAction(r => Run(r, path => Analyze(path, r), StatsShow.Analysis));
        var design = new Command("design", "Sample size, days and a simulated check of the decision rule.") { File, JsonOut, HtmlOut, UnitsPerDay, Looks, Treatments };
        design.SetAction(r => Run(r, path => Design(path, r), StatsShow.Design));
        var srm = new Command("srm", "Sample ratio check of arm counts: χ² and the e-process.") { File, JsonOut, HtmlOut };
        srm.SetAction(r => Run(r, Traffic, StatsShow.Traffic));
        var bandit = new Command("bandit", "The next traffic shares of a bandit, and the effects its batches show.") { File, JsonOut, HtmlOut, Control, Floor };
        bandit.SetAction(r => Run(r, path => Bandit(path, r), StatsShow.Bandit));
        return new Command("stats", "Statistics of experiments.") { analyze, design, srm, bandit, StatsSoak.Create() };
    }

    private static int Run<T>(ParseResult parsed, Func<string, Result<T>> answer, Func<T, StatsPage> show)
    {
        var file = parsed.GetValue(File)!;
        var result = file.Exists ? Guarded(answer, file.FullName) : StatsReader.Wrong("file", $"There is no file {file.Name}.");
        if (result.Fault is { } fault)
        {
            Console.Error.WriteLine(fault.Message);
            return 2;
        }

        var page = show(result.Value);
        if (parsed.GetValue(JsonOut) is { } json) System.IO.File.WriteAllText(json.FullName, JsonSerializer.Serialize(result.Value, StatsReader.Json));
        if (parsed.GetValue(HtmlOut) is { } html) System.IO.File.WriteAllText(html.FullName, page.Html());
        return 0;
    }

    private static Result<T> Guarded<T>(Func<string, Result<T>> answer, string path)
    {
        try
        {
            return answer(path);
        }
        catch (IOException e)
        {
            return StatsReader.Wrong("file", $"The file cannot be read: {e.Message}");
        }
    }

    private static Result<AnalysisResult> Analyze(string path, ParseResult parsed)
    {
        var (asked, control) = (StatsOptions.Read(parsed), parsed.GetValue(Control));
        if (asked.Fault is { } unclear) return unclear;
        var options = new AnalysisFile { Control = control, Posteriors = asked.Value.Posteriors };
        if (StatsReader.IsJson(path))
        {
            var file = StatsReader.ReadJson<AnalysisFile>(path);
            return (file.Fault ?? StatsOptions.UnitsOnly(asked.Value)) is { } fault ? fault
                : Analyze(file.Value with { Control = control ?? file.Value.Control, Posteriors = asked.Value.Posteriors || file.Value.Posteriors }, file.Value.Metrics);
        }

        var table = StatsReader.ReadCsv(path);
        if (table.Fault is { } bad) return bad;
        if (table.Value.Columns.Contains("sum"))
        {
            var sums = StatsReader.Sums(table.Value);
            return (sums.Fault ?? StatsOptions.UnitsOnly(asked.Value)) is { } refused ? refused : Analyze(options, sums.Value);
        }

        var units = UnitFile.Open(table.Value, asked.Value);
        if (units.Fault is { } wrong) return wrong;
        var metrics = units.Value.All();
        return metrics.Fault is { } unread ? unread : StatsAnalysis.Run(options, metrics.Value, units.Value);
    }

    private static Result<BanditResult> Bandit(string path, ParseResult parsed)
    {
        var table = StatsReader.ReadCsv(path);
        return table.Fault is { } bad ? bad : StatsBandit.Run(table.Value, parsed.GetValue(Control), parsed.GetValue(Floor), 0.05);
    }

    private static Result<AnalysisResult> Analyze(AnalysisFile options, List<MetricFile> files)
    {
        var metrics = new List<MetricData>();
        foreach (var file in files)
        {
            var data = StatsReader.Data(file);
            if (data.Fault is { } fault) return fault;
            metrics.Add(data.Value);
        }

        return StatsAnalysis.Run(options, metrics);
    }

    private static Result<DesignResult> Design(string path, ParseResult parsed)
    {
        if (StatsReader.IsJson(path))
        {
            var file = StatsReader.ReadJson<DesignFile>(path);
            return file.Fault is { } fault ? fault : StatsDesign.Run(file.Value);
        }

        var table = StatsReader.ReadCsv(path);
        if (table.Fault is { } bad) return bad;
        var metrics = StatsDesign.Metrics(table.Value);
        return metrics.Fault is { } refused ? refused : StatsDesign.Run(new DesignFile
        {
            Metrics = metrics.Value,
            UnitsPerDay = parsed.GetValue(UnitsPerDay),
            Looks = parsed.GetValue(Looks),
            Treatments = parsed.GetValue(Treatments),
        });
    }

    private sealed record TrafficFile(string[] Arms, long[][] Looks, double[]? Shares = null);

    private static Result<TrafficResult> Traffic(string path)
    {
        if (StatsReader.IsJson(path))
        {
            var file = StatsReader.ReadJson<TrafficFile>(path);
            if (file.Fault is { } fault) return fault;
            var (arms, looks, shares) = file.Value;
            if (arms is null || looks is not { Length: > 0 } || looks.Any(l => l.Length != arms.Length) || (shares ?? new double[arms.Length]).Length != arms.Length)
            {
                return StatsReader.Wrong("looks", "Give arms, looks as one list of cumulative counts per look, and shares if they are not equal; all of one length.");
            }

            return StatsAnalysis.Check(arms, shares ?? [.. arms.Select(_ => 1.0)], looks);
        }

        var table = StatsReader.ReadCsv(path);
        if ((table.Fault ?? table.Value.Index("arm").Fault ?? table.Value.Index("count").Fault) is { } bad) return bad;
        var rows = Enumerable.Range(0, table.Value.Rows.Count).Select(table.Value.Row).ToArray();
        var read = rows.Select(r => (Arm: r.Text("arm") ?? "", Count: (long)(r.Number("count") ?? 0), Share: r.Number("share") ?? 1)).ToArray();
        return rows.Select(r => r.Fault).FirstOrDefault(f => f is not null) is { } cell
            ? cell
            : StatsAnalysis.Check([.. read.Select(r => r.Arm)], [.. read.Select(r => r.Share)], [[.. read.Select(r => r.Count)]]);
    }
}
