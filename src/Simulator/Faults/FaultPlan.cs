namespace Busker.Simulator.Faults;

/// <summary>All rules in force: those of the scenario, then those a person added while it ran.</summary>
internal sealed class FaultPlan(ulong seed, long startMs, IEnumerable<FaultRule> rules)
{
    private static readonly IReadOnlyList<FaultRule> None = [];
    private readonly List<FaultRule> _rules = [.. rules];

    public IReadOnlyList<FaultRule> Rules => _rules;

    internal bool Watches(FaultKind kind) => _rules.Exists(r => r.Kind == kind);

    internal void Add(FaultRule rule) => _rules.Add(rule);

    internal bool Remove(string source) => _rules.RemoveAll(r => r.Source == source) > 0;

    internal void Clear() => _rules.Clear();

    /// <summary>The rules that strike, in the order they were written. <c>count</c> and <c>skip</c> count within the lane.</summary>
    internal IReadOnlyList<FaultRule> Choose(FaultTarget target, string provider, string method, string name, string lane, string key, long nowMs)
    {
        if (_rules.Count == 0) return None;
        List<FaultRule>? chosen = null;
        var at = TimeSpan.FromMilliseconds(nowMs - startMs);
        foreach (var rule in _rules)
        {
            if (rule.Strikes(target, provider, method, name, lane, key, at, seed)) (chosen ??= []).Add(rule);
        }

        return chosen ?? None;
    }
}
