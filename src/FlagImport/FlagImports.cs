using Busker.Kernel;

namespace Busker.FlagImport;

/// <summary>
/// Reads the flags of other systems. A flag that is in the result answers as it did there; one that cannot is left out and
/// reported. Nothing is ever taken to mean "everyone" because it was not understood.
/// </summary>
public static class FlagImports
{
    /// <summary>What is read is at most so large.</summary>
    public const int MaxBytes = 256 << 20;

    public static Result<Imported> Read(FlagSource source, ReadOnlyMemory<byte> content, ImportOptions? options = null)
    {
        options ??= new();
        if (content.Length > MaxBytes) return Fault.Invalid("source", $"has {content.Length} bytes; {MaxBytes} are allowed");
        var read = source == FlagSource.Confidence && !Confidence.ConfidenceWire.IsJson(content.Span)
            ? Confidence.ConfidenceWire.Read(content)
            : Node.Parse(content);
        if (read.Fault is { } fault) return fault;
        if (read.Value.Kind != NodeKind.Map) return Fault.Invalid("source", "is not a JSON object");
        return source switch
        {
            FlagSource.Confidence => new Confidence.ConfidenceImport(read.Value, options).Run(),
            FlagSource.Flagd => new Flagd.FlagdImport(read.Value, options).Run(),
            FlagSource.GrowthBook => new GrowthBook.GrowthBookImport(read.Value, options).Run(),
            _ => new Unleash.UnleashImport(read.Value, options).Run(),
        };
    }
}
