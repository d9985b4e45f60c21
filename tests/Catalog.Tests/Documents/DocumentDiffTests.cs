using Busker.Catalog.Documents;
using Busker.Catalog.V1;
using FsCheck;
using FsCheck.Fluent;

namespace Busker.Catalog.Tests.Documents;

public sealed class DocumentDiffTests
{
    private static IEnumerable<string> Lines(Document before, Action<Document> change)
    {
        var after = before.Clone();
        change(after);
        return DocumentDiff.Of(before, after).Select(c => c.Text);
    }

    private static Plan Plan(Document document, string key) => document.Plans.Single(p => p.Key == key);

    private static void Set(Plan plan, string feature, Value value) => plan.Settings.Single(s => s.Feature == feature).Value = value;

    [Fact]
    public void A_value_that_changes_in_one_market_says_where() =>
        Lines(Samples.Streaming(), d => Plan(d, "premium_duo").Offers.Single(o => o.Market == "IN").Settings[0].Value = new Value { Choice = "lossless" })
            .ShouldBe(["premium_duo in IN: audio_quality very_high → lossless"]);

    [Fact]
    public void A_value_that_changes_for_the_plan_says_all_markets_where_it_holds() =>
        Lines(Samples.Streaming(), d => Set(Plan(d, "premium_individual"), "audiobook_time", ValueText.Parse(d.Features.Single(f => f.Key == "audiobook_time"), "12 h per billing month")!))
            .ShouldBe(["premium_individual in all its 4 markets: audiobook_time 15 h per billing month → 12 h per billing month"]);

    [Fact]
    public void A_price_change_names_old_and_new() =>
        Lines(Samples.Streaming(), d => Plan(d, "premium_individual").Offers.Single(o => o.Market == "US").Price.AmountMinor = 1399)
            .ShouldBe(["premium_individual in US: price 12.99 USD per month → 13.99 USD per month"]);

    [Fact]
    public void Closing_a_plan_and_changing_its_variant_are_told() =>
        Lines(Samples.Tiny(), d =>
        {
            Plan(d, "premium").Offers[0].Availability = Offer.Types.Availability.ClosedToNew;
            Plan(d, "free").Variants[0].Settings[1].Value.Cap.Limit = 4;
        }).ShouldBe(["free: variant shuffle_only skips 6 per rolling hour → 4 per rolling hour", "premium in WORLD: availability open → closed to new"]);

    [Fact]
    public void A_new_plan_is_told_with_what_it_gives() =>
        Lines(Samples.Tiny(), d =>
        {
            var lite = Plan(d, "free").Clone();
            (lite.Key, lite.Name) = ("lite", "Lite");
            lite.Variants.Clear();
            lite.Settings.Clear();
            d.Plans.Add(lite);
        }).ShouldBe([
            "plan lite: added", "lite: kind base", "lite: product free", "lite in WORLD: availability open", "lite in WORLD: price free",
            "lite in WORLD: ads yes", "lite in WORLD: on_demand_time none", "lite in WORLD: playback shuffle", "lite in WORLD: skips 6 per rolling hour"]);

    [Fact]
    public void Saying_the_same_in_another_place_is_no_change() =>
        Lines(Samples.Tiny(), d => Plan(d, "premium").Offers[0].Settings.Add(new Setting { Feature = "ads", Value = new Value { Flag = false } })).ShouldBeEmpty();

    [Fact]
    public void A_fallback_is_told_for_the_feature_and_for_the_plans_that_live_by_it() =>
        Lines(Samples.Tiny(), d => d.Features.Single(f => f.Key == "ads").Fallback = new Value { Flag = false })
            .ShouldBe(["feature ads: fallback yes → no", "free in WORLD: ads yes → no"]);

    [Fact]
    public void Nothing_differs_from_itself_and_going_back_undoes_going_forth() =>
        Check.QuickThrowOnFailure(Prop.ForAll(Gen.Choose(0, 8).ArrayOf(12).ToArbitrary(), edits =>
        {
            var before = Samples.Tiny();
            var after = Edited(before, edits);
            DocumentDiff.Of(after, after).ShouldBeEmpty();
            var forth = DocumentDiff.Of(before, after);
            var back = DocumentDiff.Of(after, before);
            back.Select(c => (c.Plan, c.Feature, c.Subject, c.After, c.Before)).Order()
                .ShouldBe(forth.Select(c => (c.Plan, c.Feature, c.Subject, c.Before, c.After)).Order());
        }));

    private static Document Edited(Document document, int[] edits)
    {
        var result = document.Clone();
        foreach (var (edit, i) in edits.Select((e, i) => (e, i)))
        {
            var plan = result.Plans[i % result.Plans.Count];
            if (edit == 0 && result.Plans.Count > 1) result.Plans.Remove(plan);
            if (edit == 1) plan.Offers[0].Price = new Common.V1.Money { AmountMinor = 100 + i, CurrencyCode = "EUR" };
            if (edit == 2) plan.Offers[0].Availability = Offer.Types.Availability.ClosedToNew;
            if (edit == 3 && plan.Settings.Count > 0) plan.Settings.RemoveAt(i % plan.Settings.Count);
            if (edit == 4) result.Features.Single(f => f.Key == "ads").Fallback = new Value { Flag = i % 2 == 0 };
        }

        return result;
    }
}
