namespace Busker.Simulator.Core;

/// <summary>
/// One thing a provider can be asked. The table of endpoints routes, and the guide is generated from it.
/// </summary>
/// <param name="Method">GET, POST, …</param>
/// <param name="Template">Path with <c>{…}</c> for one segment.</param>
/// <param name="Handle">Runs under the gate: no waiting, no I/O.</param>
/// <param name="Simulated">What is simulated, in one sentence.</param>
/// <param name="Missing">What is not, or empty.</param>
internal record Endpoint(string Method, string Template, Func<Ask, Answer> Handle, string Simulated, string Missing = "")
{
    public string Name { get; } = $"{Method} {Template}";

    internal string[] Segments { get; } = Template.Split('/', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>How many of its segments are <c>{…}</c>.</summary>
    internal int Holes { get; } = Template.Count(c => c == '{');
}

/// <summary>Finds the endpoint of a path: literal segments win over <c>{…}</c>. Many threads may ask at once.</summary>
internal sealed class Router
{
    private const int MostSegments = 31;
    private readonly Dictionary<string, Table> _methods = [];

    public Router(IEnumerable<Endpoint> endpoints)
    {
        foreach (var method in endpoints.GroupBy(e => e.Method))
        {
            var patterns = method.Where(e => e.Template.Contains('{')).GroupBy(e => e.Segments.Length);
            _methods[method.Key] = new(
                method.Where(e => !e.Template.Contains('{')).ToDictionary(e => e.Template).GetAlternateLookup<ReadOnlySpan<char>>(),
                patterns.ToDictionary(g => g.Key, g => g.OrderBy(e => e.Holes).ToArray()));
        }
    }

    public void Route(Ask ask)
    {
        if (!_methods.TryGetValue(ask.Method, out var table)) return;
        var path = ask.Path.Length > 1 ? ask.Path.AsSpan().TrimEnd('/') : ask.Path;
        if (table.Exact.TryGetValue(path, out var found))
        {
            ask.Endpoint = found;
            return;
        }

        Span<Range> ranges = stackalloc Range[MostSegments + 1];
        var count = path.Split(ranges, '/', StringSplitOptions.RemoveEmptyEntries);
        if (!table.Patterns.TryGetValue(count, out var candidates)) return;
        foreach (var candidate in candidates)
        {
            if (!Matches(candidate.Segments, path, ranges)) continue;
            ask.Endpoint = candidate;
            ask.Values = new string[candidate.Holes];
            for (int i = 0, value = 0; i < count; i++)
            {
                if (candidate.Segments[i][0] == '{') ask.Values[value++] = path[ranges[i]].ToString();
            }

            return;
        }
    }

    private static bool Matches(string[] template, ReadOnlySpan<char> path, ReadOnlySpan<Range> ranges)
    {
        for (var i = template.Length - 1; i >= 0; i--) // the ends tell them apart
        {
            if (template[i][0] != '{' && !path[ranges[i]].SequenceEqual(template[i])) return false;
        }

        return true;
    }

    private sealed record Table(Dictionary<string, Endpoint>.AlternateLookup<ReadOnlySpan<char>> Exact, Dictionary<int, Endpoint[]> Patterns);
}
