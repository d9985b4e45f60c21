using System.Collections.Concurrent;
using System.Collections.Frozen;
using Busker.Catalog.V1;
using Busker.Kernel;

namespace Busker.Catalog.Compiled;

/// <summary>
/// A published document made ready for reading: keys are dense places, a plan in a market is a row of cells. Immutable for
/// its readers; rows are made when first asked for. Resolving a plan and reading its values allocates nothing.
/// </summary>
public sealed class CompiledCatalog
{
    public const int AddOnsMax = 64;

    private readonly FrozenDictionary<string, int> _plans;
    private readonly FrozenDictionary<string, int> _markets;
    private readonly FrozenDictionary<string, int> _features;
    private readonly int[] _addOnBit;
    private readonly Bundle?[] _alone;
    private readonly ConcurrentDictionary<(int Plan, int Market, ulong AddOns), Bundle> _together = new();
    private readonly Bundle _unknown;

    /// <param name="document">has passed <c>DocumentCheck</c></param>
    /// <param name="number">the version's number; 0 for one that is not published</param>
    /// <param name="hash">the version's hash</param>
    /// <param name="effective">from when it holds</param>
    public CompiledCatalog(Document document, int number, string hash, DateTimeOffset effective)
    {
        (Document, Number, Hash, Effective) = (document, number, hash, effective);
        _plans = Places(document.Plans.Select(p => p.Key));
        _markets = Places(document.Markets.Select(m => m.Code));
        _features = Places(document.Features.Select(f => f.Key));
        Features = [.. document.Features.Select((f, i) => new CompiledFeature(f, i))];
        _addOnBit = AddOnBits(document);
        _alone = new Bundle?[document.Plans.Count * (document.Markets.Count + 1)];
        _unknown = new Bundle([.. Features.Select(f => f.Fallback)], [], isKnown: false);
    }

    public Document Document { get; }
    public int Number { get; }
    public string Hash { get; }
    public DateTimeOffset Effective { get; }
    public IReadOnlyList<CompiledFeature> Features { get; }

    /// <returns>the feature's place in every row; -1 when there is none of that key</returns>
    public int FeatureIndex(string key) => _features.TryGetValue(key, out var index) ? index : -1;

    public Plan? Plan(string key) => _plans.TryGetValue(key, out var index) ? Document.Plans[index] : null;

    public Market? Market(string code) => _markets.TryGetValue(code, out var index) ? Document.Markets[index] : null;

    /// <summary>The offer that holds for a plan in a market: its own or the nearest above; null when it is not sold there.</summary>
    public Offer? Offer(string plan, string market) =>
        Plan(plan) is { } found ? Lineage.Of(Document, market).Reverse()
            .Select(m => found.Offers.FirstOrDefault(o => o.Market == m)).FirstOrDefault(o => o is not null) : null;

    /// <summary>
    /// What a base plan and add-ons give in a market. An unknown base plan gives the fallbacks; unknown add-ons give nothing;
    /// an unknown market gives the plans' own settings.
    /// </summary>
    public Bundle Find(string plan, string market, ReadOnlySpan<string> addOns = default)
    {
        if (!_plans.TryGetValue(plan, out var planAt)) return _unknown;
        var marketAt = _markets.TryGetValue(market, out var known) ? known : _markets.Count;
        ulong mask = 0;
        foreach (var addOn in addOns)
            if (_plans.TryGetValue(addOn, out var at) && _addOnBit[at] >= 0) mask |= 1UL << _addOnBit[at];
        if (mask == 0) return _alone[(planAt * (_markets.Count + 1)) + marketAt] ??= Make(planAt, marketAt, 0);
        return _together.TryGetValue((planAt, marketAt, mask), out var bundle)
            ? bundle
            : _together.GetOrAdd((planAt, marketAt, mask), Make(planAt, marketAt, mask));
    }

    private Bundle Make(int planAt, int marketAt, ulong addOns)
    {
        var plan = Document.Plans[planAt];
        var path = marketAt == _markets.Count ? [] : Lineage.Of(Document, Document.Markets[marketAt].Code);
        var row = Features.Select(f => f.Fallback).ToArray();
        Overlay(row, plan, path);
        for (var i = 0; i < Document.Plans.Count; i++)
        {
            if (_addOnBit[i] < 0 || (addOns & (1UL << _addOnBit[i])) == 0) continue;
            foreach (var (feature, cell) in Own(Document.Plans[i], path))
                row[feature] = MergeLaw.Apply(Features[feature].Definition.Merge, row[feature], cell);
        }

        return new Bundle(row, Switches(plan, row), isKnown: true);
    }

    private void Overlay(Cell[] row, Plan plan, IReadOnlyList<string> path)
    {
        foreach (var (feature, cell) in Own(plan, path)) row[feature] = cell;
    }

    /// <summary>What a plan itself says in a market; what is nearer to the market has replaced what is further.</summary>
    private Dictionary<int, Cell> Own(Plan plan, IReadOnlyList<string> path)
    {
        var own = new Dictionary<int, Cell>();
        foreach (var setting in Lineage.Settings(plan, path).Select(s => s.Setting))
            own[_features[setting.Feature]] = Features[_features[setting.Feature]].ToCell(setting.Value);
        return own;
    }

    private Bundle.Switch[] Switches(Plan plan, Cell[] row) =>
    [
        .. from feature in Features
        let name = row[feature.Index].Cap?.Variant
        where name is not null
        let variant = plan.Variants.First(v => v.Key == name)
        select new Bundle.Switch(feature.Index, name,
            [.. variant.Settings.Select(s => (_features[s.Feature], Features[_features[s.Feature]].ToCell(s.Value)))]),
    ];

    private static int[] AddOnBits(Document document)
    {
        var bits = new int[document.Plans.Count];
        var next = 0;
        for (var i = 0; i < bits.Length; i++) bits[i] = document.Plans[i].Kind == V1.Plan.Types.Kind.AddOn ? next++ : -1;
        return next <= AddOnsMax ? bits : throw new InvariantException($"{next} add-ons");
    }

    private static FrozenDictionary<string, int> Places(IEnumerable<string> keys) =>
        keys.Select((key, at) => (key, at)).ToFrozenDictionary(p => p.key, p => p.at, StringComparer.Ordinal);
}
