using Busker.Catalog.Compiled;

namespace Busker.Catalog.Tests.Compiled;

public sealed class ProvenanceTests
{
    private static IEnumerable<(string, bool)> Why(CompiledCatalog catalog, string plan, string market, string[] addOns, string feature, int exhausted = 0) =>
        Provenance.Of(catalog, plan, market, addOns, catalog.FeatureIndex(feature), exhausted).Select(s => (s.Source, s.Holds));

    [Fact]
    public void The_last_word_of_the_plan_holds() =>
        Why(Samples.Compile(Samples.Streaming()), "premium_duo", "IN", [], "audio_quality")
            .ShouldBe([("fallback", false), ("plan premium_duo v0", false), ("plan premium_duo v0 in IN", true)]);

    [Fact]
    public void Where_no_plan_speaks_the_fallback_holds() =>
        Why(Samples.Compile(Samples.Tiny()), "free", "WORLD", [], "ads").ShouldBe([("fallback", true)]);

    [Fact]
    public void All_parts_of_a_sum_hold() =>
        Why(Samples.Compile(Samples.Tiny()), "free", "WORLD", ["more_time"], "on_demand_time")
            .ShouldBe([("fallback", false), ("plan free v0", true), ("add-on more_time v0", true)]);

    [Fact]
    public void A_variant_overrules_and_says_why() =>
        Why(Samples.Compile(Samples.Tiny()), "free", "WORLD", [], "skips", exhausted: 1)
            .ShouldBe([("fallback", false), ("plan free v0", false), ("variant shuffle_only because on_demand_time is used up", true)]);
}
