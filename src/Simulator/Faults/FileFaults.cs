using Busker.Simulator.Core;

namespace Busker.Simulator.Faults;

/// <summary>What can happen to a settlement file between the provider's books and the merchant's disk.</summary>
internal static class FileFaults
{
    /// <summary>
    /// The file as it arrives. <paramref name="lines"/> starts with <paramref name="headers"/> header lines;
    /// <paramref name="before"/> is the file that was sent the time before, for <c>resent</c>.
    /// </summary>
    public static string Apply(Stage stage, string provider, string name, IReadOnlyList<string> lines, int headers, string? before)
    {
        var struck = stage.Faults.Choose(FaultTarget.File, provider, "file", name, stage.Clock.Cause.Lane, name, stage.Clock.NowMs);
        var rows = lines.ToList();
        var cut = false;
        foreach (var rule in struck)
        {
            switch (rule.Kind)
            {
                case FaultKind.Resent when before is not null:
                    return before;
                case FaultKind.MissingLine:
                    Without(stage, name, rows, headers, rule.Argument);
                    break;
                case FaultKind.Duplicated:
                    rows = [.. rows.Take(headers), .. rows.Skip(headers).SelectMany(r => new[] { r, r })];
                    break;
                case FaultKind.Truncated:
                    cut = true;
                    break;
            }
        }

        var text = string.Join('\n', rows) + "\n";
        if (!cut) return text;
        var body = text.Length - string.Join('\n', rows.Take(headers)).Length;
        return text[..(text.Length - (body / 2) - 3)];
    }

    private static void Without(Stage stage, string name, List<string> rows, int headers, long count)
    {
        var draw = Draw.Of(stage.Seed, name, "missing-line");
        for (; count > 0 && rows.Count > headers; count--) rows.RemoveAt(headers + (int)draw.Below(rows.Count - headers));
    }
}
