using System.Collections.Concurrent;
using System.Reflection;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Busker.Rpc;

/// <summary>
/// The comments of the contract. Generated descriptors do not carry them, so the build embeds the compiled contract
/// with its source comments (<c>busker.protoset</c>) in the assembly of the generated types.
/// </summary>
internal static class Documentation
{
    private const string Resource = "busker.protoset";
    private const int ServicePath = 6;
    private const int MethodPath = 2;
    private const int MessagePath = 4;
    private const int FieldPath = 2;
    private const int NestedPath = 3;
    private const int EnumPath = 5;
    private const int NestedEnumPath = 4;
    private static readonly ConcurrentDictionary<Assembly, IReadOnlyDictionary<string, FileComments>> Sets = new();

    public static string? Of(ServiceDescriptor service) => Find(service.File, [ServicePath, service.Index]);

    public static string? Of(MethodDescriptor method) =>
        Find(method.File, [ServicePath, method.Service.Index, MethodPath, method.Index]);

    public static string? Of(MessageDescriptor message) => Find(message.File, PathOf(message));

    public static string? Of(EnumDescriptor type) => Find(type.File, type.ContainingType is null
        ? [EnumPath, type.Index]
        : [.. PathOf(type.ContainingType), NestedEnumPath, type.Index]);

    public static string? Of(FieldDescriptor field) =>
        Find(field.File, [.. PathOf(field.ContainingType), FieldPath, field.Index]);

    private static int[] PathOf(MessageDescriptor message) => message.ContainingType is null
        ? [MessagePath, message.Index]
        : [.. PathOf(message.ContainingType), NestedPath, message.Index];

    private static string? Find(FileDescriptor file, IReadOnlyList<int> path)
    {
        if (file.MessageTypes.Count == 0) return null;
        var set = Sets.GetOrAdd(file.MessageTypes[0].ClrType.Assembly, Load);
        return set.TryGetValue(file.Name, out var comments) && comments.TryGetValue(string.Join('.', path), out var text)
            ? text
            : null;
    }

    private static Dictionary<string, FileComments> Load(Assembly assembly)
    {
        using var stream = assembly.GetManifestResourceStream(Resource);
        return stream is null
            ? []
            : FileDescriptorSet.Parser.ParseFrom(stream).File.ToDictionary(f => f.Name, f => new FileComments(f));
    }

    private sealed class FileComments : Dictionary<string, string>
    {
        public FileComments(FileDescriptorProto file)
        {
            foreach (var location in file.SourceCodeInfo?.Location ?? [])
            {
                var text = location.LeadingComments.Length > 0 ? location.LeadingComments : location.TrailingComments;
                if (text.Length > 0) this[string.Join('.', location.Path)] = Clean(text);
            }
        }

        private static string Clean(string text) =>
            string.Join('\n', text.Split('\n').Select(l => l.Trim())).Trim();
    }
}
