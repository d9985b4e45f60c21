using System.Globalization;
using Busker.Kernel;
using Busker.Simulator.Faults;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Busker.Simulator.World;

/// <summary>A scenario that does not read: one sentence with file and line.</summary>
internal sealed class ScenarioException(string message) : Exception(message);

/// <summary>A YAML mapping that knows where it stands, and complains about keys nobody asked for.</summary>
internal sealed class Yaml
{
    private readonly string _file;
    private readonly YamlMappingNode _map;
    private readonly HashSet<string> _asked = [];

    private Yaml(string file, YamlMappingNode map) => (_file, _map) = (file, map);

    public static Yaml Load(string file, string text)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException broken)
        {
            var tab = Array.FindIndex(text.Split('\n'), l => l.TrimStart(' ').StartsWith('\t'));
            if (tab >= 0) throw new ScenarioException($"{file}:{tab + 1}: this is not YAML: lines are indented with spaces, not with tabs");
            var line = Math.Max(broken.Start.Line, broken.End.Line);
            throw new ScenarioException($"{file}:{line}: this is not YAML: {broken.Message.TrimEnd('.')}");
        }

        if (stream.Documents is [_, var more, ..]) throw new ScenarioException($"{file}:{more.RootNode.Start.Line}: a scenario is one document");
        if (stream.Documents is [{ RootNode: YamlMappingNode map }]) return new Yaml(file, map);
        throw new ScenarioException($"{file}:1: a scenario is a mapping that starts with 'name:'");
    }

    public string Text(string key, string otherwise) => Scalar(key)?.Value ?? otherwise;

    public string Required(string key) => Scalar(key)?.Value ?? throw Wrong(_map, $"'{key}' is missing");

    public double Number(string key, double otherwise, double least = -1e12, double most = 1e12)
    {
        var value = Number(Scalar(key), key) ?? otherwise;
        return value >= least && value <= most ? value : throw Wrong(Scalar(key)!, string.Create(CultureInfo.InvariantCulture, $"'{key}' is a number between {least} and {most}, not {Scalar(key)!.Value}"));
    }

    public long Whole(string key, long otherwise, long least, long most)
    {
        if (Scalar(key) is not { } node) return otherwise;
        return long.TryParse(node.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw Wrong(node, string.Create(CultureInfo.InvariantCulture, $"'{key}' is a whole number between {least} and {most}, not '{node.Value}'"));
    }

    public string OneOf(string key, string otherwise, params string[] values)
    {
        var value = Text(key, otherwise);
        return values.Contains(value) ? value : throw Wrong(Scalar(key)!, $"'{key}' is one of {string.Join(", ", values)}, not '{value}'");
    }

    public double Share(string key, double otherwise)
    {
        var value = Number(Scalar(key), key) ?? otherwise;
        return value is >= 0 and <= 1 ? value : throw Wrong(Scalar(key)!, string.Create(CultureInfo.InvariantCulture, $"'{key}' is a share between 0 and 1, not {value}"));
    }

    public TimeSpan Duration(string key, TimeSpan otherwise) => Scalar(key) is not { } node ? otherwise
        : FaultParser.Duration(node.Value ?? "") ?? throw Wrong(node, $"'{key}' is a duration such as 30s, 10m, 2h or 7d, not '{node.Value}'");

    public DateTimeOffset Moment(string key, DateTimeOffset otherwise) => Scalar(key) is not { } node ? otherwise
        : DateTimeOffset.TryParse(node.Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) && at.Year is >= 1970 and < 2200 ? at
        : throw Wrong(node, $"'{key}' is a moment such as 2026-11-27T00:00:00Z, of the years 1970 to 2199, not '{node.Value}'");

    public Yaml? Map(string key) => Node(key) switch
    {
        null => null,
        YamlMappingNode map => new Yaml(_file, map),
        var node => throw Wrong(node, $"'{key}' is a mapping"),
    };

    /// <summary>The keys of this mapping, all of them asked for.</summary>
    public IEnumerable<string> Keys
    {
        get
        {
            foreach (var key in Words())
            {
                _asked.Add(key.Value!);
                yield return key.Value!;
            }
        }
    }

    public IEnumerable<Yaml> Maps(string key) => Items(key).Select(n => n is YamlMappingNode map
        ? new Yaml(_file, map)
        : throw Wrong(n, $"an entry of '{key}' is a mapping"));

    public IReadOnlyList<double> Numbers(string key) => [.. Items(key).Select(n => Number(n as YamlScalarNode, key) ?? throw Wrong(n, $"'{key}' is a list of numbers"))];

    public IEnumerable<T> Each<T>(string key, Func<string, Result<T>> read)
    {
        foreach (var node in Items(key))
        {
            var result = read(node is YamlScalarNode scalar ? scalar.Value ?? "" : throw Wrong(node, $"an entry of '{key}' is one line of text"));
            yield return result.Fault is { } fault ? throw Wrong(node, fault.Message) : result.Value;
        }
    }

    /// <summary>Refuses what was not asked for: a misspelt key is not silently ignored.</summary>
    public void Done()
    {
        foreach (var key in Words())
        {
            if (!_asked.Contains(key.Value!)) throw Wrong(key, $"'{key.Value}' is not known here: {string.Join(", ", _asked.Order(StringComparer.Ordinal))}");
        }
    }

    private IEnumerable<YamlScalarNode> Words() => _map.Children.Keys.Select(k => k as YamlScalarNode ?? throw Wrong(k, "a key is one word"));

    public ScenarioException Refuse(string key, string message) => Wrong(Node(key) ?? _map, message);

    private IEnumerable<YamlNode> Items(string key) => Node(key) switch
    {
        null => [],
        YamlSequenceNode list => list.Children,
        var node => throw Wrong(node, $"'{key}' is a list"),
    };

    private YamlNode? Node(string key)
    {
        _asked.Add(key);
        return _map.Children.TryGetValue(new YamlScalarNode(key), out var node) ? node : null;
    }

    private YamlScalarNode? Scalar(string key) => Node(key) switch
    {
        null => null,
        YamlScalarNode scalar => scalar,
        var node => throw Wrong(node, $"'{key}' is one value"),
    };

    private double? Number(YamlScalarNode? node, string key) => node is null ? null
        : double.TryParse(node.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value
        : throw Wrong(node, $"'{key}' is a number, not '{node.Value}'");

    private ScenarioException Wrong(YamlNode node, string message) => new($"{_file}:{node.Start.Line}: {message}");
}
