using Busker.Experiments.V1;

namespace Busker.Flags.State;

/// <summary>A flag that depends on itself could never be answered: refused.</summary>
internal static class FlagCycles
{
    public static void Find(FlagState state, Problems problems)
    {
        var segments = state.Segments.ToDictionary(s => s.Name, StringComparer.Ordinal);
        var edges = state.Flags.ToDictionary(f => f.Name, f => Uses(f, segments), StringComparer.Ordinal);
        var done = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < state.Flags.Count; i++) Visit(state.Flags[i].Name, edges, done, [], $"flags[{i}]", problems);
    }

    private static void Visit(string flag, Dictionary<string, HashSet<string>> edges, HashSet<string> done, List<string> way, string path, Problems problems)
    {
        if (way.Contains(flag)) problems.Add(path, $"depends on itself: {string.Join(" → ", way.SkipWhile(f => f != flag))} → {flag}");
        else if (way.Count == 32) problems.Add(path, "depends on a chain of more than 32 flags");
        else if (!done.Contains(flag))
        {
            way.Add(flag);
            foreach (var next in edges[flag]) Visit(next, edges, done, way, path, problems);
            way.RemoveAt(way.Count - 1);
            done.Add(flag);
        }
    }

    private static HashSet<string> Uses(Flag flag, Dictionary<string, Segment> segments)
    {
        var uses = new HashSet<string>(flag.Prerequisites.Select(p => p.Flag), StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var rule in flag.Rules)
        {
            Walk(rule.Targeting);
            Segment(rule.Segment);
        }

        return uses;

        void Segment(string name)
        {
            if (name.Length > 0 && seen.Add(name)) Walk(segments[name].Targeting);
        }

        void Walk(Expression? e)
        {
            switch (e?.KindCase)
            {
                case Expression.KindOneofCase.All: foreach (var part in e.All.Expressions_) Walk(part); break;
                case Expression.KindOneofCase.Any: foreach (var part in e.Any.Expressions_) Walk(part); break;
                case Expression.KindOneofCase.Not: Walk(e.Not); break;
                case Expression.KindOneofCase.Flag: uses.Add(e.Flag.Flag); break;
                case Expression.KindOneofCase.Segment: Segment(e.Segment); break;
            }
        }
    }
}
