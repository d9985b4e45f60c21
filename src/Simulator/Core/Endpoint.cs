namespace Busker.Simulator.Core;

/// <summary>
/// One thing a provider can be asked. The table of endpoints routes, and the guide is generated from it.
/// </summary>
/// <param name="Method">GET, POST, …</param>
/// <param name="Template">Path with <c>{…}</c> for one segment.</param>
/// <param name="Handle">Runs under the gate: no waiting, no I/O.</param>
/// <param name="Simulated">What is simulated, in one sentence.</param>
/// <param name="Missing">What is not, or empty.</param>
internal sealed record Endpoint(string Method, string Template, Func<Ask, Answer> Handle, string Simulated, string Missing = "")
{
    public string Name { get; } = $"{Method} {Template}";

    internal string[] Segments { get; } = Template.Split('/', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>Finds the endpoint of a path: literal segments win over <c>{…}</c>. Called under the gate.</summary>
internal sealed class Router
{
    private readonly Dictionary<string, Endpoint> _exact = [];
    private readonly Dictionary<(string Method, int Count), Endpoint[]> _patterns;
    private readonly Range[] _ranges = new Range[32];

    public Router(IEnumerable<Endpoint> endpoints)
    {
        var patterns = new List<Endpoint>();
        foreach (var endpoint in endpoints)
        {
            if (endpoint.Template.Contains('{')) patterns.Add(endpoint);
            else _exact.Add(endpoint.Method + endpoint.Template, endpoint);
        }

        _patterns = patterns.GroupBy(e => (e.Method, e.Segments.Length))
            .ToDictionary(g => g.Key, g => g.OrderBy(e => e.Segments.Count(s => s[0] == '{')).ToArray());
    }

    public void Route(Ask ask)
    {
        var path = ask.Path.Length > 1 ? ask.Path.TrimEnd('/') : ask.Path;
        if (_exact.TryGetValue(ask.Method + path, out var found))
        {
            ask.Endpoint = found;
            return;
        }

        var count = path.AsSpan().Split(_ranges, '/', StringSplitOptions.RemoveEmptyEntries);
        if (!_patterns.TryGetValue((ask.Method, count), out var candidates)) return;
        foreach (var candidate in candidates)
        {
            if (!Matches(candidate.Segments, path)) continue;
            ask.Endpoint = candidate;
            ask.Values = new string[candidate.Segments.Count(s => s[0] == '{')];
            for (int i = 0, value = 0; i < count; i++)
            {
                if (candidate.Segments[i][0] == '{') ask.Values[value++] = path[_ranges[i]];
            }

            return;
        }
    }

    private bool Matches(string[] template, ReadOnlySpan<char> path)
    {
        for (var i = 0; i < template.Length; i++)
        {
            if (template[i][0] != '{' && !path[_ranges[i]].SequenceEqual(template[i])) return false;
        }

        return true;
    }
}
