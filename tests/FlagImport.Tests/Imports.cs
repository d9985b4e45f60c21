using System.Text;
using Busker.Flags;
using Busker.Kernel;

namespace Busker.FlagImport.Tests;

/// <summary>Small sources, imported and asked.</summary>
internal static class Imports
{
    public static Result<Imported> Try(FlagSource source, string content, ImportOptions? options = null) =>
        FlagImports.Read(source, Encoding.UTF8.GetBytes(content), options);

    public static Imported Read(FlagSource source, string content, ImportOptions? options = null)
    {
        var read = Try(source, content, options);
        read.Fault.ShouldBeNull(read.Fault?.Message);
        return read.Value;
    }

    public static Fault Refused(FlagSource source, string content) => Try(source, content).Fault.ShouldNotBeNull();

    /// <summary>One flag "f" of flagd with this targeting.</summary>
    public static string Flagd(string targeting) =>
        """{"flags": {"f": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "off", "targeting": HERE}}}""".Replace("HERE", targeting);

    /// <summary>One feature "f" of GrowthBook that is true under this condition.</summary>
    public static string GrowthBook(string condition) =>
        """{"features": {"f": {"defaultValue": false, "rules": [{"condition": HERE, "force": true}]}}}""".Replace("HERE", condition);

    /// <summary>One feature "f" of Unleash with these strategies.</summary>
    public static string Unleash(string strategies) => """{"features": [{"name": "f", "enabled": true, "strategies": HERE}]}""".Replace("HERE", strategies);

    public static FlagBook Book(Imported imported) => FlagBook.Build(imported.State, TimeProvider.System).Value;

    public static string? Value(Imported imported, string context, string flag = "f")
    {
        var book = Book(imported);
        return book.Resolve(flag, ContextJson.Parse(context).Value, book.Operator([.. imported.State.Environments]), StickyMemory.NoStore).Value?.ToString();
    }
}
