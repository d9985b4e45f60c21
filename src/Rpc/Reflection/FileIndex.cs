using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Busker.Rpc.Reflection;

/// <summary>Every file of the contract that the host speaks, found by name, symbol or extension.</summary>
internal sealed class FileIndex
{
    private readonly Dictionary<string, FileDescriptor> _byName = [];
    private readonly Dictionary<string, FileDescriptor> _bySymbol = [];

    public FileIndex(IEnumerable<RpcRegistration> registrations)
    {
        var services = registrations.Select(r => r.Service).ToList();
        Services = services.Select(s => s.FullName).Order(StringComparer.Ordinal).ToList();
        foreach (var service in services) Add(service.File);
    }

    public IReadOnlyList<string> Services { get; }

    public FileDescriptor? ByName(string name) => _byName.GetValueOrDefault(name);

    public FileDescriptor? BySymbol(string symbol) => _bySymbol.GetValueOrDefault(symbol.TrimStart('.'));

    public IEnumerable<FieldDescriptor> ExtensionsOf(string type) =>
        _byName.Values.SelectMany(f => f.Extensions.UnorderedExtensions).Where(e => e.ExtendeeType.FullName == type);

    /// <summary>The file and everything it imports, so that a caller needs no second question.</summary>
    public static IEnumerable<ByteString> WithImports(FileDescriptor file)
    {
        var seen = new HashSet<string>();
        var queue = new Queue<FileDescriptor>([file]);
        while (queue.TryDequeue(out var next))
        {
            if (!seen.Add(next.Name)) continue;
            yield return next.SerializedData;
            foreach (var import in next.Dependencies) queue.Enqueue(import);
        }
    }

    private void Add(FileDescriptor file)
    {
        if (!_byName.TryAdd(file.Name, file)) return;
        foreach (var message in file.MessageTypes) Add(message);
        foreach (var type in file.EnumTypes) _bySymbol[type.FullName] = file;
        foreach (var extension in file.Extensions.UnorderedExtensions) _bySymbol[extension.FullName] = file;
        foreach (var service in file.Services)
        {
            _bySymbol[service.FullName] = file;
            foreach (var method in service.Methods) _bySymbol[method.FullName] = file;
        }

        foreach (var import in file.Dependencies) Add(import);
    }

    private void Add(MessageDescriptor message)
    {
        _bySymbol[message.FullName] = message.File;
        foreach (var field in message.Fields.InDeclarationOrder()) _bySymbol[field.FullName] = message.File;
        foreach (var type in message.EnumTypes) _bySymbol[type.FullName] = message.File;
        foreach (var nested in message.NestedTypes) Add(nested);
    }
}
