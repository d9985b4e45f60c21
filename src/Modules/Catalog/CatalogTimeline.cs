using Busker.Catalog.Compiled;

namespace Busker.Catalog;

/// <summary>All versions of a scope that hold or will, compiled, in the order in which they take effect. Immutable.</summary>
public sealed class CatalogTimeline
{
    private readonly CompiledCatalog[] _versions;

    internal CatalogTimeline(long revision, IEnumerable<CompiledCatalog> versions) =>
        (Revision, _versions) = (revision, [.. versions]);

    /// <summary>Rises with every publication and withdrawal.</summary>
    public long Revision { get; }

    public IReadOnlyList<CompiledCatalog> Versions => _versions;

    /// <summary>The version in force at a moment; null before the first took effect.</summary>
    public CompiledCatalog? At(DateTimeOffset instant)
    {
        for (var i = _versions.Length - 1; i >= 0; i--)
            if (_versions[i].Effective <= instant) return _versions[i];
        return null;
    }

    /// <summary>Versions that take effect after a moment, soonest first.</summary>
    public IEnumerable<CompiledCatalog> After(DateTimeOffset instant) => _versions.Where(v => v.Effective > instant);
}
