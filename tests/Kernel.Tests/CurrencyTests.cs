namespace Busker.Kernel.Tests;

public sealed class CurrencyTests
{
    [Theory]
    [InlineData("USD", 840, 2)]
    [InlineData("EUR", 978, 2)]
    [InlineData("JPY", 392, 0)]
    [InlineData("KWD", 414, 3)]
    [InlineData("CLF", 990, 4)]
    [InlineData("IDR", 360, 2)]
    [InlineData("ISK", 352, 0)]
    [InlineData("HUF", 348, 2)]
    public void A_currency_knows_its_number_and_exponent(string code, int number, int exponent)
    {
        var currency = Currency.Parse(code);
        (currency.Code, currency.Number, currency.Exponent).ShouldBe((code, number, exponent));
        currency.MinorPerMajor.ShouldBe((long)Math.Pow(10, exponent));
    }

    [Theory]
    [InlineData("usd")]
    [InlineData("US")]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("XAU")]
    [InlineData("XXX")]
    public void What_is_not_a_currency_with_a_minor_unit_is_refused(string? code) =>
        Currency.TryParse(code, out _).ShouldBeFalse();

    [Fact]
    public void Codes_and_numbers_are_unique_well_formed_and_in_order()
    {
        var all = Currency.All.ToList();
        all.Count.ShouldBe(166);
        all.Select(c => c.Code).ShouldBe(all.Select(c => c.Code).Order(StringComparer.Ordinal));
        all.Select(c => c.Code).Distinct().Count().ShouldBe(all.Count);
        all.Select(c => c.Number).Distinct().Count().ShouldBe(all.Count);
        all.ShouldAllBe(c => c.Code.Length == 3 && c.Number > 0 && c.Number < 1000 && c.Name.Length > 0);
        all.Where(c => c.Exponent == 3).Select(c => c.Code).ShouldBe(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]);
        all.Where(c => c.Exponent == 0).Select(c => c.Code).ShouldBe(
            ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"]);
    }

    [Fact]
    public void No_currency_is_a_bug_when_used()
    {
        default(Currency).ToString().ShouldBe("none");
        Should.Throw<InvariantException>(() => default(Currency).Code);
    }
}
