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
    private static readonly Option<string[]> Metric = new("--metric") { Description = "Columns of a unit-level CSV to analyse; all when absent." };
    private static readonly Option<string?> Control = new("--control") { Description = "The control arm; \"control\" or the first when absent." };
    private static readonly Option<double> UnitsPerDay = new("--units-per-day") { Description = "New units per day, for days needed (CSV)." };
    private static readonly Option<int> Looks = new("--looks") { Description = "Planned looks (CSV).", DefaultValueFactory = _ => 14 };
    private static readonly Option<int> Treatments = new("--treatments") { Description = "Arms beside the control (CSV).", DefaultValueFactory = _ => 1 };

    public static Command Create()
    {
        var analyze = new Command("analyze", "Effects, corrections and a decision with reasons, from sums or units.") { File, JsonOut, HtmlOut, Metric, Control };
        analyze.SetAction(r => Run(r, path => Analyze(path, r.GetValue(Metric) ?? [], r.GetValue(Control)), ShowAnalysis));
        var design = new Command("design", "Sample size, days and a simulated check of the decision rule.") { File, JsonOut, HtmlOut, UnitsPerDay, Looks, Treatments };
        design.SetAction(r => Run(r, path => Design(path, r), ShowDesign));
        var srm = new Command("srm", "Sample ratio check of arm counts: χ² and the e-process.") { File, JsonOut, HtmlOut };
        srm.SetAction(r => Run(r, Traffic, ShowTraffic));
        return new Command("stats", "Statistics of experiments.") { analyze, design, srm, StatsSoak.Create() };
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

    private static Result<AnalysisResult> Analyze(string path, string[] wanted, string? control)
    {
        if (StatsReader.IsJson(path))
        {
            var file = StatsReader.ReadJson<AnalysisFile>(path);
            return file.Fault is { } fault ? fault : Analyze(control is null ? file.Value : file.Value with { Control = control }, file.Value.Metrics);
        }

        var table = StatsReader.ReadCsv(path);
        if (table.Fault is { } bad) return bad;
        var options = new AnalysisFile { Control = control };
        if (table.Value.Columns.Contains("sum"))
        {
            var sums = StatsReader.Sums(table.Value);
            return sums.Fault is { } refused ? refused : Analyze(options, sums.Value);
        }

        var units = StatsReader.Units(table.Value, wanted);
        return units.Fault is { } wrong ? wrong : StatsAnalysis.Run(options, units.Value);
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

    private static StatsPage ShowAnalysis(AnalysisResult result)
    {
        Console.WriteLine(StatsTable.Of(result).Text() + "\n\n" + result.Traffic.Sentence);
        var page = new StatsPage("Experiment analysis");
        foreach (var decision in result.Decisions)
        {
            Console.WriteLine(decision.Sentence);
            page.Verdict(decision.Sentence);
        }

        page.Paragraph($"Rule: {result.Rule}.").Heading("Effects, relative to the control");
        var drawn = result.Effects.Where(r => r.Relative is not null).Select(r => ($"{r.Metric}, {r.Arm}", 100 * r.RelativeLow!.Value, 100 * r.Relative!.Value, 100 * r.RelativeHigh!.Value)).ToArray();
        if (drawn.Length > 0) page.Forest(drawn, "percent");
        return page.Table(StatsTable.Of(result)).Heading("Traffic").Paragraph(result.Traffic.Sentence).Table(StatsTable.Of(result.Traffic));
    }

    private static StatsPage ShowDesign(DesignResult result)
    {
        var (needs, scenarios) = (StatsTable.Of(result), StatsTable.Scenarios(result));
        Console.WriteLine($"{needs.Text()}\n\n{scenarios.Text()}\n\n{result.Sentence}");
        return new StatsPage("Experiment design").Verdict(result.Sentence).Paragraph($"Rule: {result.Rule}.").Table(needs)
            .Heading("Bound on z at each look").Line(result.Bounds, "looks").Heading("The rule tried on simulated truths").Table(scenarios)
            .Forest([.. result.SelfCheck.Select(s => (s.Name.Length > 32 ? s.Name[..31] + "…" : s.Name, 100 * (s.Shipped - (2 * s.Error)), 100 * s.Shipped, 100 * (s.Shipped + (2 * s.Error))))], "percent shipped");
    }

    private static StatsPage ShowTraffic(TrafficResult result)
    {
        var numbers = $"χ² = {StatsTable.Short(result.ChiSquare)}, p = {StatsTable.P(result.PValue)}; always valid p = {StatsTable.P(result.AlwaysValidPValue)}.";
        Console.WriteLine($"{StatsTable.Of(result).Text()}\n\n{numbers}\n{result.Sentence}");
        double total = result.Counts.Sum();
        return new StatsPage("Sample ratio").Verdict(result.Sentence).Paragraph(numbers).Table(StatsTable.Of(result))
            .Heading("Share minus plan").Forest([.. result.Arms.Select((a, i) =>
            {
                var (gap, error) = ((result.Counts[i] / total) - result.Shares[i], 1.96 * Math.Sqrt(result.Shares[i] * (1 - result.Shares[i]) / total));
                return (a, 100 * (gap - error), 100 * gap, 100 * (gap + error));
            })], "percentage points");
    }
}
