using FsCheck;
using FsCheck.Fluent;

namespace Busker.Kernel.Tests;

public sealed class RateTests
{
    private static readonly Currency Usd = Currency.Parse("USD");

    [Theory] // a rate of one half, so the exact value is minor / 2
    [InlineData(Rounding.HalfEven, 1, 0)]
    [InlineData(Rounding.HalfEven, 3, 2)]
    [InlineData(Rounding.HalfEven, -3, -2)]
    [InlineData(Rounding.HalfAwayFromZero, 1, 1)]
    [InlineData(Rounding.HalfAwayFromZero, -1, -1)]
    [InlineData(Rounding.HalfTowardsZero, 3, 1)]
    [InlineData(Rounding.HalfTowardsZero, -3, -1)]
    [InlineData(Rounding.AwayFromZero, -3, -2)]
    [InlineData(Rounding.TowardsZero, -3, -1)]
    [InlineData(Rounding.Ceiling, -3, -1)]
    [InlineData(Rounding.Ceiling, 3, 2)]
    [InlineData(Rounding.Floor, -3, -2)]
    [InlineData(Rounding.Floor, 3, 1)]
    public void A_half_goes_where_its_rounding_says(Rounding rounding, long minor, long expected) =>
        new Rate(1, 2).Of(new Money(minor, Usd), rounding).Amount.Minor.ShouldBe(expected);

    [Fact]
    public void A_tax_of_8_25_percent_on_10_99_leaves_its_remainder()
    {
        var rated = Rate.FromDecimal(0.0825m).Of(new Money(1099, Usd), Rounding.HalfEven); // 90.6675 cents
        rated.Amount.ShouldBe(new Money(91, Usd));
        (rated.Remainder, rated.Denominator).ShouldBe((-133, 400)); // -0.3325
    }

    [Fact]
    public void Amount_and_remainder_together_are_exact_for_every_rounding() =>
        Check.QuickThrowOnFailure(Prop.ForAll(
            ArbMap.Default.ArbFor<int>(), ArbMap.Default.ArbFor<int>(), ArbMap.Default.ArbFor<int>().Filter(d => d > 0),
            (minor, numerator, denominator) =>
            {
                var rate = new Rate(numerator, denominator);
                foreach (var rounding in Enum.GetValues<Rounding>())
                {
                    var rated = rate.Of(new Money(minor, Usd), rounding);
                    (((Int128)rated.Amount.Minor * rated.Denominator) + rated.Remainder).ShouldBe((Int128)minor * rate.Numerator);
                    Math.Abs(rated.Remainder).ShouldBeLessThan(rated.Denominator);
                }
            }));

    [Fact]
    public void Rounding_to_the_nearest_agrees_with_decimal() =>
        Check.QuickThrowOnFailure(Prop.ForAll(
            ArbMap.Default.ArbFor<int>(), ArbMap.Default.ArbFor<short>(),
            (minor, points) =>
            {
                var exact = minor * (decimal)points / 10_000m;
                var money = new Money(minor, Usd);
                Rate.BasisPoints(points).Of(money, Rounding.HalfEven).Amount.Minor.ShouldBe((long)Math.Round(exact, MidpointRounding.ToEven));
                Rate.BasisPoints(points).Of(money, Rounding.HalfAwayFromZero).Amount.Minor.ShouldBe((long)Math.Round(exact, MidpointRounding.AwayFromZero));
                Rate.BasisPoints(points).Of(money, Rounding.Floor).Amount.Minor.ShouldBe((long)Math.Floor(exact));
                Rate.BasisPoints(points).Of(money, Rounding.Ceiling).Amount.Minor.ShouldBe((long)Math.Ceiling(exact));
            }));

    [Fact]
    public void Equal_rates_are_equal_however_they_were_written()
    {
        Rate.Percent(25).ShouldBe(new Rate(1, 4));
        Rate.FromDecimal(0.25m).ShouldBe(Rate.BasisPoints(2500));
        new Rate(-2, 4).ToString().ShouldBe("-1/2");
        default(Rate).Of(new Money(5, Usd), Rounding.HalfEven).Amount.Minor.ShouldBe(0);
        Rate.One.Of(new Money(long.MaxValue, Usd), Rounding.HalfEven).Amount.Minor.ShouldBe(long.MaxValue);
    }

    [Fact]
    public void A_result_that_does_not_fit_and_a_zero_denominator_are_refused()
    {
        Should.Throw<OverflowException>(() => new Rate(2, 1).Of(new Money(long.MaxValue, Usd), Rounding.HalfEven));
        Should.Throw<InvariantException>(() => new Rate(1, 0));
    }
}
