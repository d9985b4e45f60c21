using FsCheck;
using FsCheck.Fluent;

namespace Busker.Kernel.Tests;

public sealed class MoneyTests
{
    private static readonly Currency Usd = Currency.Parse("USD");
    private static readonly Currency Eur = Currency.Parse("EUR");

    [Fact]
    public void Amounts_of_one_currency_add_and_subtract()
    {
        (new Money(1099, Usd) + new Money(1, Usd)).ShouldBe(new Money(1100, Usd));
        (new Money(1099, Usd) - new Money(1100, Usd)).ShouldBe(new Money(-1, Usd));
        (-new Money(5, Usd)).ShouldBe(new Money(-5, Usd));
        (new Money(1, Usd) < new Money(2, Usd)).ShouldBeTrue();
    }

    [Fact]
    public void Two_currencies_never_mix()
    {
        Should.Throw<InvariantException>(() => new Money(1, Usd) + new Money(1, Eur)).Message.ShouldContain("USD");
        Should.Throw<InvariantException>(() => new Money(1, Usd) < new Money(1, Eur));
    }

    [Fact]
    public void An_amount_that_does_not_fit_is_refused_rather_than_wrapped()
    {
        Should.Throw<OverflowException>(() => new Money(long.MaxValue, Usd) + new Money(1, Usd));
        Should.Throw<OverflowException>(() => -new Money(long.MinValue, Usd));
    }

    [Theory]
    [InlineData(1099, "USD", "10.99 USD")]
    [InlineData(-5, "EUR", "-0.05 EUR")]
    [InlineData(1200, "JPY", "1200 JPY")]
    [InlineData(1, "BHD", "0.001 BHD")]
    [InlineData(123456, "CLF", "12.3456 CLF")]
    [InlineData(long.MinValue, "USD", "-92233720368547758.08 USD")]
    public void An_amount_prints_with_its_currencys_digits(long minor, string code, string expected) =>
        new Money(minor, Currency.Parse(code)).ToString().ShouldBe(expected);

    [Fact]
    public void Parts_of_a_split_sum_to_the_whole_and_are_fair() =>
        Check.QuickThrowOnFailure(Prop.ForAll(
            ArbMap.Default.ArbFor<long>(),
            ArbMap.Default.ArbFor<uint[]>().Filter(w => w.Any(x => x > 0)),
            (whole, weights) =>
            {
                var longs = weights.Select(w => (long)w).ToArray();
                var parts = new Money(whole, Usd).Split(longs);
                var total = longs.Aggregate((Int128)0, (sum, w) => sum + w);
                parts.Aggregate(Money.Zero(Usd), (sum, p) => sum + p).Minor.ShouldBe(whole);
                for (var i = 0; i < parts.Length; i++)
                    (Int128.Abs(((Int128)parts[i].Minor * total) - ((Int128)whole * longs[i])) < total).ShouldBeTrue();
            }));

    [Theory]
    [InlineData(100, new long[] { 1, 1, 1 }, new long[] { 34, 33, 33 })]
    [InlineData(-100, new long[] { 1, 1, 1 }, new long[] { -34, -33, -33 })]
    [InlineData(10, new long[] { 6, 3, 1 }, new long[] { 6, 3, 1 })]
    [InlineData(1, new long[] { 0, 5, 0 }, new long[] { 0, 1, 0 })]
    [InlineData(7, new long[] { 50, 30, 20 }, new long[] { 4, 2, 1 })]
    [InlineData(long.MaxValue, new long[] { long.MaxValue, long.MaxValue }, new long[] { 4611686018427387904, 4611686018427387903 })]
    public void A_split_gives_what_is_left_to_the_largest_remainder(long whole, long[] weights, long[] expected) =>
        new Money(whole, Usd).Split(weights).Select(p => p.Minor).ShouldBe(expected);

    [Fact]
    public void A_split_by_nothing_or_by_a_negative_weight_is_a_bug()
    {
        Should.Throw<InvariantException>(() => new Money(1, Usd).Split());
        Should.Throw<InvariantException>(() => new Money(1, Usd).Split(0, 0));
        Should.Throw<InvariantException>(() => new Money(1, Usd).Split(2, -1));
        Should.Throw<InvariantException>(() => new Money(1, Usd).SplitEvenly(0));
    }

    [Fact]
    public void Equal_parts_differ_by_at_most_one_unit() =>
        new Money(1099, Usd).SplitEvenly(100).Select(p => p.Minor).ShouldBe(Enumerable.Repeat(11L, 99).Append(10L));
}
