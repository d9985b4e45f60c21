using Busker.Statistics.Numerics;

namespace Busker.Statistics.Tests;

public sealed class DistributionTests
{
    [Fact]
    public void Normal_tails_and_quantiles_are_inverse_far_out()
    {
        Normal.Upper(10).ShouldBe(7.619853024160527e-24, 1e-36);
        Normal.Upper(30).ShouldBe(4.906713927148187e-198, 1e-209);
        Normal.UpperQuantile(.025).ShouldBe(1.959963984540054, 1e-14);
        for (var e = 1; e < 250; e += 7)
        {
            var p = Math.Pow(10, -e);
            (Normal.Upper(Normal.UpperQuantile(p)) / p).ShouldBe(1, 1e-11);
        }
    }

    [Theory]
    [InlineData(1, .025, 12.706204736174698)]
    [InlineData(5, .025, 2.570581835636314)]
    [InlineData(30, .005, 2.749995653567231)]
    [InlineData(5841.742, .025, 1.960370)]
    public void Student_quantiles(double degrees, double tail, double t) => StudentT.UpperQuantile(tail, degrees).ShouldBe(t, 2e-6);

    [Fact]
    public void Chi_square_tails_do_not_round_to_zero()
    {
        ChiSquare.Upper(3.841458820694124, 1).ShouldBe(.05, 1e-12);
        ChiSquare.Upper(2 * 300, 2).ShouldBe(Math.Exp(-300), Math.Exp(-300) * 1e-9);
    }

    [Fact]
    public void Legendre_integrates_a_bell() => Legendre.Integrate(Normal.Density, -9, 9, 4).ShouldBe(1, 1e-13);

    [Fact]
    public void Seeded_draws_have_their_moments_and_repeat()
    {
        var (a, b, n) = (new Seeded(7), new Seeded(7), 200_000);
        var normals = Enumerable.Range(0, n).Select(_ => a.Normal()).ToArray();
        normals.Average().ShouldBe(0, .01);
        normals.Average(x => x * x).ShouldBe(1, .015);
        normals[0].ShouldBe(b.Normal());
        Enumerable.Range(0, n).Average(_ => a.Gamma(.4)).ShouldBe(.4, .01);
        Enumerable.Range(0, n).Average(_ => a.Beta(2, 6)).ShouldBe(.25, .003);
        Enumerable.Range(0, n).Average(_ => a.Below(10)).ShouldBe(4.5, .03);
    }
}
