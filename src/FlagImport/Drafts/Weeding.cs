using System.Globalization;
using System.Text.RegularExpressions;
using Busker.Experiments.V1;
using Busker.Flags;
using Busker.Kernel;

namespace Busker.FlagImport.Drafts;

/// <summary>
/// Takes out of a state what the resolver refuses, and then what depended on it, until the state compiles. Each flag taken
/// out is reported with the resolver's reason.
/// </summary>
internal static partial class Weeding
{
    [GeneratedRegex(@"^(flags|segments|lists|clients)\[(\d+)\]\.?(.*)$", RegexOptions.Singleline)]
    private static partial Regex Place();

    public static Result<Imported> Run(FlagState state, IReadOnlyDictionary<string, string> paths, Report report, BookOptions? options = null)
    {
        while (true)
        {
            var fault = FlagBook.Build(state, TimeProvider.System, options).Fault;
            if (fault is null) return new Imported(state, report.Findings);
            var found = fault.Violations.Select(v => (Place().Match(v.Field), v.Description)).Where(v => v.Item1.Success).ToList();
            if (found.Count == 0) return fault;
            foreach (var group in found.GroupBy(v => (v.Item1.Groups[1].Value, int.Parse(v.Item1.Groups[2].ValueSpan, CultureInfo.InvariantCulture))).OrderByDescending(g => g.Key.Item2))
            {
                var reasons = string.Join("; ", group.Take(3).Select(v => v.Item1.Groups[3].Length == 0 ? v.Description : $"{v.Item1.Groups[3].Value}: {v.Description}"));
                Remove(state, group.Key.Item1, group.Key.Item2, reasons, paths, report);
            }
        }
    }

    private static void Remove(FlagState state, string list, int index, string reasons, IReadOnlyDictionary<string, string> paths, Report report)
    {
        switch (list)
        {
            case "flags":
                report.LeaveOut(paths.GetValueOrDefault(state.Flags[index].Name, state.Flags[index].Name), reasons);
                state.Flags.RemoveAt(index);
                break;
            case "segments":
                report.LeaveOut(paths.GetValueOrDefault("segment " + state.Segments[index].Name, "segments." + state.Segments[index].Name), reasons);
                state.Segments.RemoveAt(index);
                break;
            case "lists":
                report.LeaveOut("lists." + state.Lists[index].Name, reasons);
                state.Lists.RemoveAt(index);
                break;
            default:
                report.LeaveOut("clients." + state.Clients[index].Name, reasons);
                state.Clients.RemoveAt(index);
                break;
        }
    }
}
