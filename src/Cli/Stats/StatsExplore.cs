using Busker.Kernel;
using Busker.Statistics.Effects;
using Busker.Statistics.Exploration;
using Busker.Statistics.Samples;
using Busker.Statistics.Sequential;

namespace Busker.Cli.Stats;

/// <summary>What a file of units can answer beyond effects: breakdowns, interactions with another experiment, open windows.</summary>
internal static class StatsExplore
{
    private const int MostValues = 200;

    public static Result<List<BreakdownRow>> Breakdowns(UnitFile file, AnalysisFile options, string control, string[] treatments)
    {
        var found = new List<(string Metric, string Arm, string By, List<(string, Estimate)> Effects, List<string> TooSmall)>();
        foreach (var by in file.Asked.By)
        {
            var values = file.Texts(by).Value;
            string[] names = [.. values.Distinct().Order(StringComparer.Ordinal)];
            if (names.Length > MostValues) return StatsReader.Wrong(by, $"{by} has {names.Length} values; a breakdown takes at most {MostValues}.");
            foreach (var (metric, arm) in file.Names.SelectMany(m => treatments.Select(a => (m, a))))
            {
                var (effects, small) = (new List<(string, Estimate)>(), new List<string>());
                foreach (var name in names)
                {
                    var data = file.Metric(metric, r => values[r] == name);
                    if (data.Fault is { } fault) return fault;
                    var look = data.Value.Looks[0];
                    var effect = look.ContainsKey(control) && look.ContainsKey(arm) ? StatsEffects.Effect(data.Value, look, control, arm) : StatsReader.Wrong(by, "absent");
                    if (effect.Fault is null) effects.Add((name, effect.Value));
                    else small.Add(name);
                }

                found.Add((metric, arm, by, effects, small));
            }
        }

        return Corrected(found, options);
    }

    // The p-values of each breakdown are corrected over the values of all of them.
    private static Result<List<BreakdownRow>> Corrected(
        List<(string Metric, string Arm, string By, List<(string, Estimate)> Effects, List<string> TooSmall)> found, AnalysisFile options)
    {
        var (rows, all) = (new List<BreakdownRow>(), found.Sum(f => f.Effects.Count));
        foreach (var (metric, arm, by, effects, small) in found)
        {
            var dimension = Dimension.Of(effects, options.Alpha, options.Correction, all - effects.Count);
            if (dimension.Fault is { } fault) return fault with { Message = $"{metric} by {by}: {fault.Message}" };
            var d = dimension.Value;
            rows.Add(new BreakdownRow(metric, arm, by, d.HeterogeneityPValue, d.Sentence(options.Alpha),
                [.. d.Segments.Select(s => new BreakdownValue(s.Name, s.Effect.Value, s.Interval.Low, s.Interval.High, s.AdjustedPValue, s.Shrunken))], small));
        }

        return rows;
    }

    public static Result<List<InteractionRow>> Interactions(UnitFile file, double alpha, string control, string[] treatments)
    {
        var (rows, other) = (new List<InteractionRow>(), file.Asked.Other!);
        var with = file.Texts(other).Value;
        string[] ours = [control, .. treatments], theirs = [.. with.Distinct().Order(StringComparer.Ordinal).OrderBy(a => a != "control")];
        foreach (var name in file.Names)
        {
            var values = file.Numbers(name);
            if (values.Fault is { } fault) return fault;
            var cells = new ArmMean[ours.Length, theirs.Length];
            for (var c = 0; c < cells.Length; c++)
            {
                var (i, j, tally) = (c / theirs.Length, c % theirs.Length, new Tally(1));
                for (var r = 0; r < with.Length; r++)
                {
                    if (file.ArmOf[r] == ours[i] && with[r] == theirs[j] && tally.Add(values.Value[r]) is { } bad) return bad;
                }

                var mean = ArmMean.Average(tally, 0, $"{name} in {ours[i]} and {theirs[j]}");
                if (mean.Fault is { } few) return few;
                cells[i, j] = mean.Value;
            }

            var interaction = Interaction.Of(cells, name);
            if (interaction.Fault is { } refused) return refused;
            rows.Add(Told(name, other, interaction.Value, alpha));
        }

        return rows;
    }

    private static InteractionRow Told(string metric, string other, Interaction found, double alpha)
    {
        var sentence = found.IndependencePValue < 0.001
            ? $"Assignment to {other} depends on the arm (p = {StatsTable.P(found.IndependencePValue)}): the two experiments confound each other."
            : found.PValue < alpha
                ? $"The effect on {metric} differs between the arms of {other} (p = {StatsTable.P(found.PValue)})."
                : $"Nothing shows that {other} changes the effect on {metric} (p = {StatsTable.P(found.PValue)}).";
        return new InteractionRow(metric, other, found.PValue, found.IndependencePValue, sentence);
    }

    /// <summary>Effects at each look with bounds that hold although units are seen again and again.</summary>
    public static Result<List<OpenLookRow>> OpenWindow(UnitFile file, AnalysisFile options, string control, string[] treatments)
    {
        var (asked, rows) = (file.Asked, new List<OpenLookRow>());
        var looks = file.LookCount;
        if (looks == 0) return StatsReader.Wrong(asked.OpenWindow!, $"There is no column {asked.OpenWindow}_1; an open window needs {asked.OpenWindow}_1, {asked.OpenWindow}_2, ….");
        var planned = asked.PlannedLooks == 0 ? looks : asked.PlannedLooks;
        if (planned < looks) return StatsReader.Wrong("planned-looks", $"{planned} looks were planned but the file has {looks}.");
        if (looks > 64) return StatsReader.Wrong(asked.OpenWindow!, $"The file has {looks} looks; an open window takes at most 64.");
        string[] arms = [control, .. treatments];
        var columns = new double[looks][];
        for (var k = 0; k < looks; k++)
        {
            var column = file.Numbers($"{asked.OpenWindow}_{k + 1}", mayBeEmpty: true);
            if (column.Fault is { } missing) return missing;
            columns[k] = column.Value;
        }

        var units = new Longitudinal(looks, arms.Length);
        for (var r = 0; r < file.ArmOf.Length; r++)
        {
            if (units.Add(Array.IndexOf(arms, file.ArmOf[r]), [.. columns.Select(c => c[r])]) is { } bad) return bad with { Message = $"Line {r + 2}: {bad.Message}" };
        }

        var spending = RuleFile.Spending(options.Spending);
        if (spending.Fault is { } unknown) return unknown;
        for (var a = 1; a < arms.Length; a++)
        {
            var effects = units.Effects(0, a);
            if (effects.Fault is { } fault) return fault;
            var bounds = JointBoundary.Solve(effects.Value.Correlation,
                [.. Enumerable.Range(1, looks).Select(k => 2 * spending.Value.Spent((double)k / planned, options.Alpha / (2 * treatments.Length)))], 2);
            if (bounds.Fault is { } none) return none;
            rows.AddRange(effects.Value.Effects.Select((e, k) => new OpenLookRow(asked.OpenWindow!, arms[a], k + 1, e.Value, e.StandardError, e.Statistic(),
                bounds.Value[k], Math.Abs(e.Statistic()) > bounds.Value[k])));
        }

        return rows;
    }
}
