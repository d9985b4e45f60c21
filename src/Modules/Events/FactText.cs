using System.Reflection;
using Busker.Common.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Busker.Events;

/// <summary>Facts as the contract shows them: bytes of any message that the house knows become proto3 JSON.</summary>
internal sealed class FactText
{
    private readonly Dictionary<string, MessageDescriptor> _messages = typeof(OptionsReflection).Assembly.GetExportedTypes()
        .Select(t => t.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null)).OfType<FileDescriptor>()
        .SelectMany(f => f.MessageTypes).ToDictionary(m => m.FullName, StringComparer.Ordinal);

    /// <summary>A kind this host does not know (a newer host told it) keeps its name and loses its body.</summary>
    public V1.Fact ToProto(Storage.Fact fact) => new()
    {
        Position = fact.Position, Kind = fact.Kind, Key = fact.Key, RecordTime = Timestamp.FromDateTimeOffset(fact.At),
        Body = Json(fact) is { } json ? JsonParser.Default.Parse<Struct>(json) : null,
    };

    /// <summary>The body in proto3 JSON; null for a kind this host does not know.</summary>
    public string? Json(Storage.Fact fact) =>
        _messages.TryGetValue(fact.Kind, out var type) ? JsonFormatter.Default.Format(type.Parser.ParseFrom(fact.Body.Span)) : null;
}
