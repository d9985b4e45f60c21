using Busker.Catalog.V1;

namespace Busker.Catalog.Documents;

/// <summary>Builds a document from its YAML, noting on the cursor what it cannot read.</summary>
internal static class DocumentReader
{
    public static Document Read(YamlCursor root)
    {
        var document = new Document();
        foreach (var (code, at) in root["markets"].Entries()) document.Markets.Add(Market(code, at));
        foreach (var (key, at) in root["features"].Entries()) document.Features.Add(Feature(key, at));
        foreach (var (key, at) in root["products"].Entries()) document.Products.Add(new Product { Key = key, Name = at.Text });
        foreach (var (key, at) in root["plans"].Entries()) document.Plans.Add(Plan(document, key, at));
        root.NothingElse();
        return document;
    }

    private static Market Market(string code, YamlCursor at)
    {
        var market = new Market { Code = code, Name = at["name"].Text, Parent = at["parent"].Text, CurrencyCode = at["currency"].Text };
        at.NothingElse();
        return market;
    }

    private static Feature Feature(string key, YamlCursor at)
    {
        var feature = new Feature
        {
            Key = key, Name = at["name"].Text, Description = at["description"].Text, Unit = at["unit"].Text,
            Type = Named<Feature.Types.Type>(at["type"]), Merge = Named<Feature.Types.Merge>(at["merge"]),
        };
        feature.Choices.AddRange(at["choices"].Items().Select(c => c.Text));
        var fallback = at["fallback"];
        if (fallback.Exists && feature.Type != V1.Feature.Types.Type.Unspecified) feature.Fallback = Value(feature, fallback);
        at.NothingElse();
        return feature;
    }

    private static Plan Plan(Document document, string key, YamlCursor at)
    {
        var plan = new Plan
        {
            Key = key, Name = at["name"].Text, Product = at["product"].Text, Kind = Named<Plan.Types.Kind>(at["kind"]),
        };
        plan.Settings.AddRange(Settings(document, at["settings"]));
        foreach (var (market, offer) in at["offers"].Entries()) plan.Offers.Add(Offer(document, market, offer));
        foreach (var (variant, settings) in at["variants"].Entries())
            plan.Variants.Add(new Variant { Key = variant, Settings = { Settings(document, settings) } });
        at.NothingElse();
        return plan;
    }

    /// <summary>An offer is a price, or a map with price, availability and settings.</summary>
    private static Offer Offer(Document document, string market, YamlCursor at)
    {
        var offer = new Offer { Market = market, Availability = V1.Offer.Types.Availability.Open };
        var price = at.IsScalar ? at : at["price"];
        if (!PriceText.TryApply(price.Text, offer)) price.Wrong($"\"{price.Text}\" is no price, as in: 11.99 USD per month; free.");
        if (at.IsScalar) return offer;
        var availability = at["availability"];
        if (availability.Exists) offer.Availability = Named<Offer.Types.Availability>(availability);
        offer.Settings.AddRange(Settings(document, at["settings"]));
        at.NothingElse();
        return offer;
    }

    private static List<Setting> Settings(Document document, YamlCursor at)
    {
        var settings = new List<Setting>();
        foreach (var (key, value) in at.Entries())
        {
            var feature = document.Features.FirstOrDefault(f => f.Key == key);
            if (feature is null) value.Wrong($"There is no feature \"{key}\".");
            else settings.Add(new Setting { Feature = key, Value = Value(feature, value) });
        }

        return settings;
    }

    private static Value? Value(Feature feature, YamlCursor at)
    {
        var value = ValueText.Parse(feature, at.Text);
        if (value is null) at.Wrong($"\"{at.Text}\" is no value of {feature.Key}: {ValueText.Example(feature.Type)}.");
        return value;
    }

    /// <summary>An enum value by its lower-case snake name; unset, with a mistake noted, when there is none.</summary>
    private static T Named<T>(YamlCursor at) where T : struct, Enum
    {
        var text = at.Text.Replace("_", "", StringComparison.Ordinal);
        if (Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value) && Convert.ToInt32(value, null) != 0) return value;
        var names = Enum.GetNames<T>().Skip(1).Select(n => string.Concat(n.Select((c, i) => i > 0 && char.IsUpper(c) ? $"_{char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}")));
        at.Wrong($"\"{at.Text}\" is none of: {string.Join(", ", names)}.");
        return default;
    }
}
