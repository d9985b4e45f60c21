using System.Text.Json;
using Busker.Kernel;
using Google.Protobuf.WellKnownTypes;

namespace Busker.FlagImport;

internal enum NodeKind
{
    Null,
    Bool,
    Number,
    Text,
    List,
    Map,
}

/// <summary>A piece of JSON, read once: finite numbers, whole characters, at most 64 levels.</summary>
internal sealed class Node
{
    private const int MaxDepth = 64;

    private Node(NodeKind kind, double number = 0, object? content = null) => (Kind, Number, Content) = (kind, number, content);

    public static Node Null { get; } = new(NodeKind.Null);

    public NodeKind Kind { get; }

    public double Number { get; }

    public bool Bool => Number != 0;

    public string Text => (string)Content!;

    public IReadOnlyList<Node> Items => Kind == NodeKind.List ? (List<Node>)Content! : [];

    public OrderedDictionary<string, Node> Members => Kind == NodeKind.Map ? (OrderedDictionary<string, Node>)Content! : [];

    private object? Content { get; }

    /// <summary>Null: it is not there.</summary>
    public Node? this[string name] => Members.GetValueOrDefault(name);

    public static Node Of(bool value) => new(NodeKind.Bool, value ? 1 : 0);

    public static Node Of(double value) => new(NodeKind.Number, value);

    public static Node Of(string value) => new(NodeKind.Text, 0, value);

    public static Node Of(List<Node> items) => new(NodeKind.List, 0, items);

    public static Node Of(OrderedDictionary<string, Node> members) => new(NodeKind.Map, 0, members);

    /// <summary>The text of a member; empty if it is missing or is no text.</summary>
    public string TextOf(string name) => this[name] is { Kind: NodeKind.Text } found ? found.Text : "";

    /// <summary>A field of protobuf's JSON: by its JSON name or as it is written in the contract; null is as if it were not there.</summary>
    public Node? Member(string jsonName)
    {
        var found = this[jsonName] ?? this[string.Concat(jsonName.Select(c => char.IsUpper(c) ? $"_{char.ToLowerInvariant(c)}" : $"{c}"))];
        return found is { Kind: NodeKind.Null } ? null : found;
    }

    /// <summary>The text of such a field.</summary>
    public string MemberText(string jsonName) => Member(jsonName) is { Kind: NodeKind.Text } found ? found.Text : "";

    /// <summary>The elements of a member; none if it is missing or is no list.</summary>
    public IReadOnlyList<Node> ItemsOf(string name) => this[name]?.Items ?? [];

    /// <summary>JavaScript's idea of it.</summary>
    public bool IsTruthy => Kind switch
    {
        NodeKind.Null => false,
        NodeKind.Bool or NodeKind.Number => Number != 0,
        NodeKind.Text => Text.Length > 0,
        _ => true,
    };

    public static Result<Node> Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new() { MaxDepth = MaxDepth });
            return Read(document.RootElement, "");
        }
        catch (JsonException e)
        {
            return Fault.Invalid("source", $"is not JSON: {e.Message}");
        }
        catch (Unreadable e)
        {
            return Fault.Invalid("source", e.Message);
        }
    }

    public Value ToValue() => Kind switch
    {
        NodeKind.Bool => Value.ForBool(Bool),
        NodeKind.Number => Value.ForNumber(Number),
        NodeKind.Text => Value.ForString(Text),
        NodeKind.List => Value.ForList([.. Items.Select(i => i.ToValue())]),
        NodeKind.Map => Value.ForStruct(ToStruct()),
        _ => Value.ForNull(),
    };

    public Struct ToStruct()
    {
        var made = new Struct();
        foreach (var (name, value) in Members) made.Fields[name] = value.ToValue();
        return made;
    }

    private static Node Read(JsonElement element, string path)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.True or JsonValueKind.False:
                return Of(element.ValueKind == JsonValueKind.True);
            case JsonValueKind.Number:
                return element.TryGetDouble(out var number) && double.IsFinite(number) ? Of(number) : throw new Unreadable($"{path}: a number too large for any reader");
            case JsonValueKind.String:
                return Of(Whole(element.GetString, path));
            case JsonValueKind.Array:
                var items = new List<Node>();
                foreach (var item in element.EnumerateArray()) items.Add(Read(item, $"{path}[{items.Count}]"));
                return Of(items);
            case JsonValueKind.Object:
                var members = new OrderedDictionary<string, Node>(StringComparer.Ordinal);
                foreach (var member in element.EnumerateObject())
                {
                    var name = Whole(() => member.Name, path);
                    members[name] = Read(member.Value, path.Length == 0 ? name : $"{path}.{name}");
                }

                return Of(members);
            default:
                return Null;
        }
    }

    private static string Whole(Func<string?> read, string path)
    {
        try
        {
            return read()!;
        }
        catch (InvalidOperationException)
        {
            throw new Unreadable($"{path}: text with half a character (a lone surrogate)");
        }
    }

#pragma warning disable CA1032, CA1064 // never leaves this file
    private sealed class Unreadable(string message) : Exception(message);
#pragma warning restore CA1032, CA1064
}
