using Busker.Catalog.Documents;
using Busker.Catalog.V1;
using Busker.Kernel;

namespace Busker.Catalog.Tests.Documents;

public sealed class DocumentFileTests
{
    [Fact]
    public void Every_sample_can_be_published()
    {
        var files = Directory.GetFiles(Samples.Folder, "*.yaml");
        files.Length.ShouldBeGreaterThanOrEqualTo(2);
        foreach (var file in files) DocumentFile.Parse(File.ReadAllText(file), Path.GetFileName(file)).Fault.ShouldBeNull();
    }

    [Fact]
    public void The_streaming_sample_holds_the_public_tier_facts()
    {
        var catalog = Samples.Compile(Samples.Streaming());
        Text("premium_individual", "US", "audiobook_time").ShouldBe("15 h per billing month");
        Text("free", "SE", "on_demand_time").ShouldBe("60 min per calendar day, then shuffle_only".Replace("60 min", "1 h", StringComparison.Ordinal));
        Text("premium_individual", "DE", "audio_quality").ShouldBe("lossless");
        Text("premium_duo", "IN", "audio_quality").ShouldBe("very_high");
        Text("platinum", "IN", "seats").ShouldBe("3 accounts");
        PriceText.Format(catalog.Offer("platinum", "IN")!).ShouldBe("299.00 INR per month");
        catalog.Offer("premium_individual", "IN").ShouldBeNull();
        catalog.Offer("premium_family", "IN")!.Availability.ShouldBe(Offer.Types.Availability.ClosedToNew);

        string Text(string plan, string market, string feature)
        {
            var of = catalog.Features[catalog.FeatureIndex(feature)];
            return ValueText.Format(of.Definition, of.ToValue(catalog.Find(plan, market)[of.Index]));
        }
    }

    [Fact]
    public void A_mistake_is_told_with_file_line_and_field()
    {
        var text = File.ReadAllText(Path.Combine(Samples.Folder, "tiny.yaml")).Replace("6 per rolling hour }\n  premium", "6 per moving hour }\n  premium", StringComparison.Ordinal);
        var fault = DocumentFile.Parse(text, "mine.yaml").Fault!;
        fault.Reason.ShouldBe("CATALOG_FILE_INVALID");
        fault.Message.ShouldBe("mine.yaml:18: plans[0].variants[0][1]: \"6 per moving hour\" is no value of skips: "
            + ValueText.Example(Feature.Types.Type.Cap) + ".");
    }

    [Fact]
    public void All_mistakes_are_told_at_once_in_the_order_of_the_file()
    {
        var fault = DocumentFile.Parse("""
            markets:
              WORLD: { nam: Everywhere, currency: EUR }
            features:
              ads: { name: Ads, type: flagg, merge: max, fallback: yes }
            plans:
              free:
                name: Free
                kind: base
                settings: { adds: no }
                offers: { WORLD: gratis }
            """, "a.yaml").Fault!;
        fault.Violations.Select(v => v.Field).ShouldBe(
            ["a.yaml:2: markets[0]", "a.yaml:4: features[0].type", "a.yaml:9: plans[0].settings[0]", "a.yaml:10: plans[0].offers[0]"]);
        fault.Violations[0].Description.ShouldContain("There is no \"nam\" here");
        fault.Violations[1].Description.ShouldContain("flag, choice, number, cap");
    }

    [Fact]
    public void A_mistake_found_in_the_document_is_found_again_in_the_file()
    {
        var text = File.ReadAllText(Path.Combine(Samples.Folder, "tiny.yaml")).Replace("product: premium", "product: premum", StringComparison.Ordinal);
        DocumentFile.Parse(text, "t.yaml").Fault!.Message.ShouldBe("t.yaml:21: plans[1].product: There is no product \"premum\".");
    }

    [Theory]
    [InlineData("", "The file is empty.")]
    [InlineData("a: [1, 2", "")]
    [InlineData("- 1", "")]
    public void A_file_that_is_no_catalog_is_refused(string text, string says)
    {
        var fault = DocumentFile.Parse(text, "x.yaml").Fault!;
        fault.Code.ShouldBe(Code.InvalidArgument);
        fault.Message.ShouldStartWith("x.yaml:");
        fault.Message.ShouldContain(says);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_told_by_name() =>
        (await DocumentFile.ReadAsync("nowhere.yaml", default)).Fault!.Message.ShouldContain("nowhere.yaml");

    [Fact]
    public void Json_is_read_as_well() =>
        DocumentFile.Parse("""
            {"markets": {"W": {"currency": "EUR"}}, "features": {"ads": {"type": "flag", "merge": "min", "fallback": "yes"}},
             "products": {"free": "Free"}, "plans": {"free": {"product": "free", "kind": "base", "offers": {"W": "free"}}}}
            """, "c.json").Fault.ShouldBeNull();
}
