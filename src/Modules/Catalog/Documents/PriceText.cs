using System.Globalization;
using System.Text.RegularExpressions;
using Busker.Catalog.V1;
using Busker.Kernel;
using WireMoney = Busker.Common.V1.Money;

namespace Busker.Catalog.Documents;

/// <summary>Prices as people write them: <c>11.99 USD per month</c>, <c>25.00 INR per week</c>, <c>free</c>.</summary>
public static partial class PriceText
{
    private static readonly string[] Units = ["month", "minute", "hour", "day", "week", "month", "year"];

    [GeneratedRegex(@"^(?<major>\d{1,12})(\.(?<minor>\d{1,4}))? (?<currency>[A-Z]{3})( per ((?<count>\d{1,3}) )?(?<unit>day|week|month|year)s?)?$")]
    private static partial Regex Pattern();

    public static string Format(Offer offer)
    {
        if (offer.Price is null) return "free";
        var count = Math.Max(1, offer.PeriodCount);
        var unit = Units[(int)offer.PeriodUnit];
        return $"{new Money(offer.Price.AmountMinor, Currency.Parse(offer.Price.CurrencyCode))} per {(count == 1 ? unit : $"{count} {unit}s")}";
    }

    /// <summary>Puts price and period on an offer; false when the text is no price.</summary>
    public static bool TryApply(string text, Offer offer)
    {
        if (text == "free") return true;
        var match = Pattern().Match(text);
        if (!match.Success || !Currency.TryParse(match.Groups["currency"].Value, out var currency)) return false;
        var fraction = match.Groups["minor"].Value;
        if (fraction.Length > currency.Exponent) return false;
        var minor = long.Parse(match.Groups["major"].Value + fraction.PadRight(currency.Exponent, '0'), CultureInfo.InvariantCulture);
        offer.Price = new WireMoney { AmountMinor = minor, CurrencyCode = currency.Code };
        offer.PeriodCount = match.Groups["count"].Success ? int.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture) : 1;
        offer.PeriodUnit = match.Groups["unit"].Success
            ? (Window.Types.Unit)Array.LastIndexOf(Units, match.Groups["unit"].Value)
            : Window.Types.Unit.Month;
        return true;
    }
}
