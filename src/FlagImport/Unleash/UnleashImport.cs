using Busker.Experiments.V1;
using Busker.FlagImport.Drafts;
using Busker.Kernel;

namespace Busker.FlagImport.Unleash;

/// <summary>
/// Unleash's client features. A feature without variants becomes a boolean flag; one with variants answers {"enabled",
/// "variant", "payload"}.
/// </summary>
internal sealed class UnleashImport
{
    private readonly Node _source;
    private readonly ImportOptions _options;
    private readonly Report _report = new();
    private readonly UnleashConstraints _constraints;
    private readonly UnleashStrategies _strategies;
    private readonly UnleashVariants _variants;
    private readonly Dictionary<string, UnleashFeature> _features = new(StringComparer.Ordinal);
    private readonly HashSet<string> _segments = new(StringComparer.Ordinal);

    public UnleashImport(Node source, ImportOptions options)
    {
        (_source, _options) = (source, options);
        _constraints = new(_report);
        _strategies = new(_report, _constraints);
        _variants = new(_report, _constraints);
    }

    public Result<Imported> Run()
    {
        if (_source["features"] is not { Kind: NodeKind.List } features) return Fault.Invalid("features", "is missing: this is no answer of /api/client/features");
        var state = new FlagState { Account = _options.Account.Length > 0 ? _options.Account : "imported", Version = _options.Version };
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var segment in _source.ItemsOf("segments")) AddSegment(state, segment, paths);
        var named = features.Items.Select((f, i) => (Node: f, Name: f.TextOf("name"), Path: $"features[{i}]")).ToList();
        foreach (var (node, name, path) in named) _features[name] = new(name, path, HasVariants(node), node.ItemsOf("dependencies").Count > 0);
        foreach (var (node, name, path) in named)
        {
            if (_features[name].Draft.Path != path) continue; // a later feature of the same name takes its place
            _report.Begin();
            Fill(_features[name], node, path);
            paths[name] = $"{path} {name}";
            if (!_report.Lost) state.Flags.Add(_features[name].Draft.Flag);
        }

        foreach (var feature in _features.Values) feature.Finish();
        return Weeding.Run(state, paths, _report);
    }

    private void AddSegment(FlagState state, Node segment, Dictionary<string, string> paths)
    {
        var name = SegmentName(segment["id"] ?? Node.Null);
        _report.Begin();
        var targeting = _constraints.All(segment.ItemsOf("constraints"), $"segments.{name}.constraints");
        paths["segment " + name] = $"segments.{name}";
        if (_report.Lost || !_segments.Add(name)) return;
        state.Segments.Add(Say.IsAlways(targeting) ? new Segment { Name = name, Everyone = true } : new Segment { Name = name, Targeting = targeting });
    }

    private static string SegmentName(Node id) => $"segment-{id.ToValue()}".Replace("\"", "", StringComparison.Ordinal);

    private static bool HasVariants(Node feature) =>
        feature.ItemsOf("variants").Count > 0 || feature.ItemsOf("strategies").Any(s => s.ItemsOf("variants").Count > 0);

    private void Fill(UnleashFeature feature, Node node, string path)
    {
        if (!Dependencies(feature, node, path) || node["enabled"]?.IsTruthy != true) return;
        if (node["strategies"] is not { Kind: NodeKind.List } strategies) return;
        if (strategies.Items.Count == 0) Answer(feature, "on", Say.Always, [], "", node, path);
        for (var i = 0; i < strategies.Items.Count; i++)
        {
            var (strategy, at) = (strategies.Items[i], $"{path}.strategies[{i}]");
            var when = Say.All(
                _strategies.Of(strategy, at),
                _constraints.All(strategy.ItemsOf("constraints"), at + ".constraints"),
                Say.All(strategy.ItemsOf("segments").Select(s => Segment(s, at + ".segments")).ToList()));
            var parameters = strategy["parameters"] ?? Node.Null;
            var stickiness = strategy.ItemsOf("variants") is [var first, ..] && first.TextOf("stickiness") is { Length: > 0 } own ? own : parameters.TextOf("stickiness");
            Answer(feature, $"strategy {i + 1}", when, strategy.ItemsOf("variants"), stickiness, node, at, parameters["groupId"] is { Kind: NodeKind.Text } group ? group.Text : "undefined");
        }
    }

    private void Answer(UnleashFeature feature, string rule, Expression when, IReadOnlyList<Node> own, string stickiness, Node node, string path, string group = "")
    {
        if (own.Count > 0 && _variants.CanAnswer(own, path + ".variants"))
        {
            _variants.Spread(feature, rule, when, own, stickiness, group, path + ".variants");
            return;
        }

        var common = node.ItemsOf("variants");
        if (common.Count > 0 && _variants.CanAnswer(common, feature.Draft.Path + ".variants"))
        {
            _variants.Spread(feature, rule, when, common, common[0].TextOf("stickiness"), feature.Draft.Flag.Name, feature.Draft.Path + ".variants");
            return;
        }

        feature.Draft.Give(rule, when, feature.On);
    }

    // A segment that is not there makes the strategy fit nobody; one that could not be made takes the feature with it.
    private Expression Segment(Node id, string path)
    {
        var name = SegmentName(id);
        if (_segments.Contains(name)) return new() { Segment = name };
        return _source.ItemsOf("segments").Any(s => SegmentName(s["id"] ?? Node.Null) == name) ? _report.LeaveOut(path, $"{name} is left out") : Say.Never;
    }

    /// <summary>False: they can never be fulfilled.</summary>
    private bool Dependencies(UnleashFeature feature, Node node, string path)
    {
        foreach (var (dependency, i) in node.ItemsOf("dependencies").Select((d, i) => (d, i)))
        {
            if (!_features.TryGetValue(dependency.TextOf("feature"), out var parent) || parent.HasDependencies) return false;
            var condition = new FlagCondition { Flag = parent.Draft.Flag.Name };
            if (dependency["enabled"] is { Kind: NodeKind.Bool, Bool: false }) condition.Variants.Add(UnleashFeature.Off);
            else
            {
                var wanted = dependency.ItemsOf("variants").Where(v => v.Kind == NodeKind.Text).Select(v => v.Text).ToList();
                feature.Needs.Add((parent, condition, wanted));
            }

            feature.Draft.Flag.Prerequisites.Add(condition);
            if (parent == feature) _report.LeaveOut($"{path}.dependencies[{i}]", "depends on itself");
        }

        return true;
    }
}
