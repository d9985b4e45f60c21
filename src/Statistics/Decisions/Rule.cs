namespace Busker.Statistics.Decisions;

/// <summary>What a leaf of a decision rule asks of a metric. The first two must be shown; the others must not be refuted.</summary>
public enum Question
{
    Superior,
    NonInferior,
    NotDeteriorated,
    QualityHolds,
    SampleRatioHolds,
}

/// <summary>A decision rule: an and/or tree over questions. Ship when it holds.</summary>
public abstract record Rule
{
    public sealed record Leaf(string Metric, Question Question) : Rule
    {
        /// <summary>A veto is true until evidence refutes it; the others are false until shown.</summary>
        public bool IsVeto => Question is Question.NotDeteriorated or Question.QualityHolds or Question.SampleRatioHolds;
    }

    public sealed record All(params Rule[] Children) : Rule;

    public sealed record Any(params Rule[] Children) : Rule;

    public bool Holds(Func<Leaf, bool> leaf) => this switch
    {
        Leaf l => leaf(l),
        All a => a.Children.All(c => c.Holds(leaf)),
        Any o => o.Children.Any(c => c.Holds(leaf)),
        _ => false,
    };

    public IEnumerable<Leaf> Leaves() => this switch
    {
        Leaf l => [l],
        All a => a.Children.SelectMany(c => c.Leaves()),
        Any o => o.Children.SelectMany(c => c.Leaves()),
        _ => [],
    };

    /// <summary>
    /// Ship ⇔ at least one success metric is superior, all guardrails are non-inferior, nothing deteriorated, quality holds (Schultzberg, Ankargren and
    /// Frånberg, arXiv 2402.11609). Without success metrics the guardrails decide alone.
    /// </summary>
    public static Rule Standard(IReadOnlyList<PlannedMetric> metrics, bool vetoes = true)
    {
        var children = new List<Rule>();
        var success = metrics.Where(m => m.Role == MetricRole.Success).Select(m => new Leaf(m.Name, Question.Superior)).ToArray<Rule>();
        if (success.Length > 0) children.Add(success.Length == 1 ? success[0] : new Any(success));
        children.AddRange(metrics.Where(m => m is { Role: MetricRole.Guardrail, Margin: not null })
            .Select(m => new Leaf(m.Name, Question.NonInferior)));
        if (!vetoes) return new All([.. children]);
        children.AddRange(metrics.Where(m => m.Role != MetricRole.Quality && m.Preferred != Effects.Preferred.Either)
            .Select(m => new Leaf(m.Name, Question.NotDeteriorated)));
        children.AddRange(metrics.Where(m => m.Role == MetricRole.Quality).Select(m => new Leaf(m.Name, Question.QualityHolds)));
        children.Add(new Leaf("traffic", Question.SampleRatioHolds));
        return new All([.. children]);
    }

    /// <summary>The rule in words: (a superior or b superior) and c non-inferior.</summary>
    public string Text() => this switch
    {
        Leaf { Question: Question.SampleRatioHolds } => "traffic as planned",
        Leaf l => l.Question switch
        {
            Question.Superior => $"{l.Metric} superior",
            Question.NonInferior => $"{l.Metric} non-inferior",
            Question.NotDeteriorated => $"{l.Metric} not deteriorated",
            _ => $"{l.Metric} unmoved",
        },
        All a => string.Join(" and ", a.Children.Select(c => c is Any ? $"({c.Text()})" : c.Text())),
        Any o => string.Join(" or ", o.Children.Select(c => c is All ? $"({c.Text()})" : c.Text())),
        _ => "",
    };
}
