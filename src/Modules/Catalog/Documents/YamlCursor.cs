using YamlDotNet.RepresentationModel;

namespace Busker.Catalog.Documents;

/// <summary>Something wrong in a file.</summary>
internal readonly record struct Mistake(long Line, string Path, string Text);

/// <summary>
/// A place in a YAML file. Reading never throws: what is wrong is noted with its line, and reading goes on, so that one run
/// shows all mistakes.
/// </summary>
internal sealed class YamlCursor
{
    private readonly YamlNode? _node;
    private readonly Dictionary<string, long> _lines;
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    public YamlCursor(YamlNode node, string path) : this(node, path, [], new Dictionary<string, long>(StringComparer.Ordinal))
    {
    }

    private YamlCursor(YamlNode? node, string path, List<Mistake> mistakes, Dictionary<string, long> lines)
    {
        (_node, Path, Mistakes, _lines) = (node, path, mistakes, lines);
        if (node is not null) lines[path] = node.Start.Line;
    }

    public string Path { get; }
    public List<Mistake> Mistakes { get; }
    public bool IsScalar => _node is YamlScalarNode;
    public bool Exists => _node is not null;

    /// <summary>The text here; "" when there is none.</summary>
    public string Text
    {
        get
        {
            if (_node is YamlScalarNode scalar) return scalar.Value ?? "";
            if (_node is not null) Wrong("Text is expected here.");
            return "";
        }
    }

    public void Wrong(string text) => Mistakes.Add(new Mistake(_node?.Start.Line ?? 1, Path, text));

    /// <summary>The named part of a map; a cursor at nothing when it is not there.</summary>
    public YamlCursor this[string name]
    {
        get
        {
            _read.Add(name);
            var path = Path.Length == 0 ? name : $"{Path}.{name}";
            var child = (_node as YamlMappingNode)?.Children.FirstOrDefault(c => c.Key is YamlScalarNode key && key.Value == name).Value;
            return new YamlCursor(child, path, Mistakes, _lines);
        }
    }

    /// <summary>
    /// The entries of a map in order. Their paths are those of the document's lists (<c>plans[2]</c>), so that mistakes found
    /// later in the document are found again in the file.
    /// </summary>
    public IEnumerable<(string Key, YamlCursor At)> Entries()
    {
        if (_node is null) yield break;
        if (_node is not YamlMappingNode map)
        {
            Wrong("A map of keys to values is expected here.");
            yield break;
        }

        var i = 0;
        foreach (var (key, child) in map.Children)
        {
            var path = $"{Path}[{i++}]";
            _lines[path] = key.Start.Line;
            yield return (((YamlScalarNode)key).Value ?? "", new YamlCursor(child, path, Mistakes, _lines));
        }
    }

    public IEnumerable<YamlCursor> Items()
    {
        if (_node is null) return [];
        if (_node is YamlSequenceNode list) return list.Children.Select((child, i) => new YamlCursor(child, $"{Path}[{i}]", Mistakes, _lines));
        Wrong("A list is expected here.");
        return [];
    }

    /// <summary>Notes every key that nobody asked for: a misspelt one must not be lost in silence.</summary>
    public void NothingElse()
    {
        if (_node is not YamlMappingNode map) return;
        foreach (var key in map.Children.Keys.OfType<YamlScalarNode>().Where(k => !_read.Contains(k.Value ?? "")))
            Mistakes.Add(new Mistake(key.Start.Line, Path, $"There is no \"{key.Value}\" here; there are: {string.Join(", ", _read.Order(StringComparer.Ordinal))}."));
    }

    /// <summary>The line of a path, or of the nearest place above it that has one.</summary>
    public long LineOf(string path)
    {
        while (path.Length > 0)
        {
            if (_lines.TryGetValue(path, out var line)) return line;
            path = path[..Math.Max(0, path.LastIndexOfAny(['.', '[']))];
        }

        return 1;
    }
}
