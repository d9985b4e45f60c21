using Busker.Catalog.V1;
using Busker.Kernel;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Busker.Catalog.Documents;

/// <summary>
/// A catalog written by hand, in YAML (of which JSON is a part). Keys are map keys, values are text as in
/// <see cref="ValueText"/>, prices as in <see cref="PriceText"/>. Every mistake is reported with file, line and path.
/// </summary>
public static class DocumentFile
{
    /// <returns>A document that can be published, or INVALID_ARGUMENT with one violation for each mistake.</returns>
    public static async Task<Result<Document>> ReadAsync(string path, CancellationToken ct)
    {
        try
        {
            return Parse(await File.ReadAllTextAsync(path, ct), path);
        }
        catch (IOException e)
        {
            return new Fault(Code.NotFound, "CATALOG_FILE_UNREADABLE", $"{path} cannot be read: {e.Message}");
        }
    }

    /// <param name="text">the file's content</param>
    /// <param name="name">the file's name, for messages</param>
    public static Result<Document> Parse(string text, string name)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            return Wrong(name, [new Mistake(e.Start.Line, "", e.InnerException?.Message ?? e.Message)]);
        }

        if (stream.Documents.Count == 0) return Wrong(name, [new Mistake(1, "", "The file is empty.")]);
        var root = new YamlCursor(stream.Documents[0].RootNode, "");
        var document = DocumentReader.Read(root);
        if (root.Mistakes.Count > 0) return Wrong(name, root.Mistakes);
        var violations = DocumentCheck.Of(document);
        return violations.Count == 0
            ? document
            : Wrong(name, [.. violations.Select(v => new Mistake(root.LineOf(v.Field), v.Field, v.Description))]);
    }

    private static Fault Wrong(string name, IReadOnlyList<Mistake> mistakes)
    {
        var violations = mistakes.OrderBy(m => m.Line)
            .Select(m => new Violation($"{name}:{m.Line}{(m.Path.Length == 0 ? "" : ": " + m.Path)}", m.Text)).ToList();
        return new Fault(Code.InvalidArgument, "CATALOG_FILE_INVALID",
            string.Join("\n", violations.Select(v => $"{v.Field}: {v.Description}")), violations[0].Field) { Violations = violations };
    }
}
