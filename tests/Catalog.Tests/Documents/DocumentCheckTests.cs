using Busker.Catalog.Documents;
using Busker.Catalog.V1;

namespace Busker.Catalog.Tests.Documents;

public sealed class DocumentCheckTests
{
    public static TheoryData<string, string> Wrongs => new()
    {
        { "market twice", "markets[1].code" },
        { "market its own ancestor", "markets[0].parent" },
        { "no such parent", "markets[0].parent" },
        { "gold as a currency", "markets[0].currency_code" },
        { "capital key", "features[0].key" },
        { "no type", "features[0].type" },
        { "sum of flags", "features[0].merge" },
        { "choices of a flag", "features[0].choices" },
        { "fallback of another type", "features[0].fallback" },
        { "fallback no choice", "features[1].fallback.choice" },
        { "no base plan", "plans" },
        { "no such product", "plans[0].product" },
        { "no such feature", "plans[0].settings[0].feature" },
        { "set twice", "plans[0].settings[1].feature" },
        { "no such variant", "plans[0].settings[1].value.cap.on_exhausted" },
        { "rolling month", "plans[0].settings[1].value.cap.window.unit" },
        { "calendar hour", "plans[0].settings[1].value.cap.window.unit" },
        { "negative limit", "plans[0].settings[1].value.cap.limit" },
        { "limit without window", "plans[0].settings[1].value.cap.window" },
        { "no such market", "plans[0].offers[0].market" },
        { "two offers", "plans[0].offers[1].market" },
        { "dollars in a euro market", "plans[1].offers[0].price.currency_code" },
        { "add-on with a variant", "plans[2].variants" },
        { "add-on in another window", "plans[2].settings" },
    };

    [Theory]
    [MemberData(nameof(Wrongs))]
    public void What_is_wrong_is_named_by_its_path(string wrong, string field)
    {
        var document = Samples.Tiny();
        Spoil(document, wrong);
        DocumentCheck.Of(document).Select(v => v.Field).ShouldContain(field);
    }

    [Fact]
    public void A_right_document_passes() => DocumentCheck.Of(Samples.Tiny()).ShouldBeEmpty();

    private static void Spoil(Document d, string wrong)
    {
        var cap = d.Plans[0].Settings[1].Value.Cap;
        switch (wrong)
        {
            case "market twice": d.Markets.Add(d.Markets[0].Clone()); break;
            case "market its own ancestor": d.Markets[0].Parent = "WORLD"; break;
            case "no such parent": d.Markets[0].Parent = "MOON"; break;
            case "gold as a currency": d.Markets[0].CurrencyCode = "XAU"; break;
            case "capital key": d.Features[0].Key = "Ads"; break;
            case "no type": d.Features[0].Type = Feature.Types.Type.Unspecified; break;
            case "sum of flags": d.Features[0].Merge = Feature.Types.Merge.Sum; break;
            case "choices of a flag": d.Features[0].Choices.Add("x"); break;
            case "fallback of another type": d.Features[0].Fallback = new Value { Number = 1 }; break;
            case "fallback no choice": d.Features[1].Fallback = new Value { Choice = "loop" }; break;
            case "no base plan": foreach (var p in d.Plans) p.Kind = Plan.Types.Kind.AddOn; break;
            case "no such product": d.Plans[0].Product = "x"; break;
            case "no such feature": d.Plans[0].Settings[0].Feature = "x"; break;
            case "set twice": d.Plans[0].Settings[1] = d.Plans[0].Settings[0].Clone(); break;
            case "no such variant": cap.OnExhausted = "loop"; break;
            case "rolling month": (cap.Window.Kind, cap.Window.Unit) = (Window.Types.Kind.Rolling, Window.Types.Unit.Month); break;
            case "calendar hour": cap.Window.Unit = Window.Types.Unit.Hour; break;
            case "negative limit": cap.Limit = -1; break;
            case "limit without window": cap.Window = null; break;
            case "no such market": d.Plans[0].Offers[0].Market = "MOON"; break;
            case "two offers": d.Plans[0].Offers.Add(d.Plans[0].Offers[0].Clone()); break;
            case "dollars in a euro market": d.Plans[1].Offers[0].Price.CurrencyCode = "USD"; break;
            case "add-on with a variant": d.Plans[2].Variants.Add(new Variant { Key = "v" }); break;
            case "add-on in another window": d.Plans[2].Settings[0].Value.Cap.Window.Unit = Window.Types.Unit.Month; break;
            default: throw new InvalidOperationException(wrong);
        }
    }
}
