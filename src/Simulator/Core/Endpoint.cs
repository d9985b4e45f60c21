namespace Busker.Simulator.Core;

/// <summary>
/// One thing a provider can be asked. The table of endpoints routes, and the guide is generated from it.
/// </summary>
/// <param name="Method">GET, POST, …</param>
/// <param name="Template">Path with <c>{…}</c> for one segment.</param>
/// <param name="Handle">Runs under the gate: no waiting, no I/O.</param>
/// <param name="Simulated">What is simulated, in one sentence.</param>
/// <param name="Missing">What is not, or empty.</param>
public sealed record Endpoint(string Method, string Template, Func<Ask, Answer> Handle, string Simulated, string Missing = "")
{
    public string Name { get; } = $"{Method} {Template}";

    internal string[] Segments { get; } = Template.Split('/', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>Finds the endpoint of a path: literal segments win over <c>{…}</c>.</summary>
internal sealed class Router
{
    private readonly Dictionary<string, Endpoint> _exact = [];
    private readonly Dictionary<(string Method, int Count), Endpoint[]> _patterns;

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

        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (!_patterns.TryGetValue((ask.Method, segments.Length), out var candidates)) return;
        foreach (var candidate in candidates)
        {
            if (!Matches(candidate.Segments, segments)) continue;
            ask.Endpoint = candidate;
            ask.Values = [.. segments.Where((_, i) => candidate.Segments[i][0] == '{')];
            return;
        }
    }

    private static bool Matches(string[] template, string[] segments)
    {
        for (var i = 0; i < template.Length; i++)
        {
            if (template[i][0] != '{' && template[i] != segments[i]) return false;
        }

        return true;
    }
}
