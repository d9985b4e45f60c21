using Busker.Catalog.Compiled;
using Busker.Catalog.Documents;
using Busker.Catalog.V1;

namespace Busker.Catalog.Tests.Compiled;

public sealed class CompiledCatalogTests
{
    private static string Text(CompiledCatalog catalog, Bundle bundle, string feature, int exhausted = 0)
    {
        var of = catalog.Features[catalog.FeatureIndex(feature)];
        return ValueText.Format(of.Definition, of.ToValue(bundle.At(of.Index, exhausted)));
    }

    [Fact]
    public void A_plan_gives_its_settings_over_the_fallbacks()
    {
        var catalog = Samples.Compile(Samples.Tiny());
        var free = catalog.Find("free", "WORLD");
        Text(catalog, free, "ads").ShouldBe("yes");
        Text(catalog, free, "playback").ShouldBe("on_demand");
        Text(catalog, catalog.Find("premium", "WORLD"), "ads").ShouldBe("no");
    }

    [Fact]
    public void The_nearest_market_has_the_last_word()
    {
        var document = Samples.Streaming();
        document.Plans.Single(p => p.Key == "free").Offers.Add(new Offer
        {
            Market = "THREE_TIER", Availability = Offer.Types.Availability.Open,
            Settings = { new Setting { Feature = "days_abroad", Value = new Value { Number = 7 } } },
        });
        var catalog = Samples.Compile(document);
        Text(catalog, catalog.Find("free", "IN"), "days_abroad").ShouldBe("7 days");
        Text(catalog, catalog.Find("free", "SE"), "days_abroad").ShouldBe("14 days");
    }

    [Fact]
    public void Add_ons_merge_by_the_features_law_whatever_their_order()
    {
        var catalog = Samples.Compile(Samples.Tiny());
        Text(catalog, catalog.Find("free", "WORLD", ["more_time"]), "on_demand_time").ShouldBe("1 h per calendar day, then shuffle_only");
        Text(catalog, catalog.Find("premium", "WORLD", ["more_time"]), "on_demand_time").ShouldBe("unlimited");
        catalog.Find("free", "WORLD", ["more_time", "more_time"]).ShouldBeSameAs(catalog.Find("free", "WORLD", ["more_time"]));
    }

    [Fact]
    public void An_add_on_to_a_plan_without_the_feature_counts_in_its_own_window()
    {
        var catalog = Samples.Compile(Samples.Streaming());
        Text(catalog, catalog.Find("premium_student", "US", ["audiobooks_plus"]), "audiobook_time").ShouldBe("15 h per billing month");
        Text(catalog, catalog.Find("premium_individual", "US", ["audiobooks_plus"]), "audiobook_time").ShouldBe("30 h per billing month");
    }

    [Fact]
    public void A_used_up_cap_switches_to_its_variant()
    {
        var catalog = Samples.Compile(Samples.Tiny());
        var free = catalog.Find("free", "WORLD");
        free.Switches.Single().Variant.ShouldBe("shuffle_only");
        Text(catalog, free, "playback", exhausted: 1).ShouldBe("shuffle");
        Text(catalog, free, "skips", exhausted: 1).ShouldBe("6 per rolling hour");
        Text(catalog, free, "skips").ShouldBe("unlimited");
    }

    [Fact]
    public void What_the_catalog_does_not_know_falls_back()
    {
        var catalog = Samples.Compile(Samples.Tiny());
        catalog.Find("gold", "WORLD").IsKnown.ShouldBeFalse();
        Text(catalog, catalog.Find("gold", "WORLD"), "skips").ShouldBe("6 per rolling hour");
        Text(catalog, catalog.Find("premium", "MOON"), "ads").ShouldBe("no");
        catalog.FeatureIndex("gold").ShouldBe(-1);
    }

    [Fact]
    public void Resolving_and_reading_allocates_nothing()
    {
        var catalog = Samples.Compile(Samples.Streaming());
        string[] addOns = ["audiobooks_plus"];
        long Sum(int rounds)
        {
            var sum = 0L;
            for (var i = 0; i < rounds; i++)
            {
                foreach (var cell in catalog.Find("premium_individual", "US", addOns).Row()) sum ^= cell.Number;
                sum ^= catalog.Find("free", "SE").At(catalog.FeatureIndex("skips"), 1).Number;
            }

            return sum;
        }

        Sum(10);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Sum(1000);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }
}
