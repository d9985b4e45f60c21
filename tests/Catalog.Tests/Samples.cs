using System.Reflection;
using Busker.Catalog.Compiled;
using Busker.Catalog.Documents;
using Busker.Catalog.V1;

namespace Busker.Catalog.Tests;

/// <summary>The catalogs in samples/, read from the files that newcomers read.</summary>
internal static class Samples
{
    private static readonly string Root = typeof(Samples).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Root").Value!;

    public static string Folder => Path.Combine(Root, "samples", "catalogs");

    public static Document Streaming() => Read("streaming.yaml");

    public static Document Tiny() => Read("tiny.yaml");

    public static CompiledCatalog Compile(Document document) => new(document, 1, "hash", DateTimeOffset.UnixEpoch);

    private static Document Read(string name)
    {
        var read = DocumentFile.Parse(File.ReadAllText(Path.Combine(Folder, name)), name);
        return read.Fault is { } fault ? throw new InvalidOperationException(fault.Message) : read.Value;
    }
}
