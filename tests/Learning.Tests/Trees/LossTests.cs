using Busker.Learning.Numbers;
using Busker.Learning.Trees;
using FsCheck;
using FsCheck.Fluent;

namespace Busker.Learning.Tests.Trees;

/// <summary>First and second derivatives against differences of the loss itself.</summary>
public sealed class LossTests
{
    private const double Step = 1e-4;
    private static readonly int[] Queries = [0, 7, 8, 20];

    [Theory]
    [InlineData(Loss.Logistic)]
    [InlineData(Loss.Squared)]
    [InlineData(Loss.Poisson)]
    public void Gradients_and_hessians_are_the_differences_of_the_loss(Loss kind)
    {
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(20), Prop.ForAll(Gen.Choose(0, 1_000_000).ToArbitrary(), seed =>
        {
            var rng = new Rng((ulong)seed);
            var (labels, weights, margins) = (Many(rng.NextDouble), Many(() => 0.2 + rng.NextDouble()), Many(rng.NextGaussian));
            if (kind == Loss.Poisson) labels = Array.ConvertAll(labels, l => Math.Floor(5 * l));
            var table = Table.Of(["x"], [new double[20]]).Value;
            var loss = Losses.Of(Examples.Of(table, labels, weights).Value, new BoostOptions { Loss = kind });
            var (gradients, hessians) = (new float[20], new float[20]);
            loss.Derive(margins, gradients, hessians, 0, 20);
            var all = weights.Sum();
            for (var r = 0; r < 20; r++)
            {
                double At(double step) => all * loss.Mean([.. margins.Select((m, i) => i == r ? m + step : m)]);
                ((double)gradients[r]).ShouldBe((At(Step) - At(-Step)) / (2 * Step), 1e-5);
                var curve = (At(100 * Step) - 2 * At(0) + At(-100 * Step)) / (1e4 * Step * Step);
                // Counts take a bound of the curvature, e^0.7 times what it is.
                ((double)hessians[r]).ShouldBe(kind == Loss.Poisson ? curve * Math.Exp(0.7) : curve, 1e-3 * (1 + Math.Abs(curve)));
            }
        }));
    }

    [Theory]
    [InlineData(30)]
    [InlineData(4)]
    public void Ranking_gradients_are_the_differences_of_the_pair_loss_with_the_present_ranks(int depth)
    {
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(30), Prop.ForAll(Gen.Choose(0, 1_000_000).ToArbitrary(), seed =>
        {
            var rng = new Rng((ulong)seed);
            var (labels, margins) = (Many(() => (double)rng.NextInt(4)), Many(rng.NextGaussian));
            var loss = new LambdaMartLoss(labels, null, Queries, depth);
            var (gradients, hessians) = (new float[20], new float[20]);
            loss.Derive(margins, gradients, hessians, 0, 20);
            var swaps = Swaps(labels, margins, depth);
            double At(int row, double step)
            {
                double M(int r) => margins[r] + (r == row ? step : 0);
                return swaps.Sum(s => s.Weight * Math.Log(1 + Math.Exp(M(s.Low) - M(s.High))));
            }

            for (var r = 0; r < 20; r++)
            {
                ((double)gradients[r]).ShouldBe((At(r, Step) - At(r, -Step)) / (2 * Step), 1e-5);
                ((double)hessians[r]).ShouldBe((At(r, 100 * Step) - 2 * At(r, 0) + At(r, -100 * Step)) / (1e4 * Step * Step), 1e-4);
            }
        }));
    }

    /// <summary>Pairs of different grades and how much nDCG changes when both change places, by doing it.</summary>
    private static List<(int High, int Low, double Weight)> Swaps(double[] labels, double[] margins, int depth)
    {
        var pairs = new List<(int, int, double)>();
        for (var q = 0; q + 1 < Queries.Length; q++)
        {
            int[] order = [.. Enumerable.Range(Queries[q], Queries[q + 1] - Queries[q]).OrderByDescending(r => margins[r])];
            double Dcg(IEnumerable<int> rows) => rows.Take(depth).Select((r, i) => (Math.Pow(2, labels[r]) - 1) / Math.Log2(i + 2)).Sum();
            var ideal = Dcg(order.OrderByDescending(r => labels[r]));
            for (var i = 0; i < order.Length; i++)
            {
                for (var j = i + 1; j < order.Length; j++)
                {
                    if (labels[order[i]] == labels[order[j]]) continue;
                    int[] swapped = [.. order];
                    (swapped[i], swapped[j]) = (swapped[j], swapped[i]);
                    var (high, low) = labels[order[i]] > labels[order[j]] ? (order[i], order[j]) : (order[j], order[i]);
                    pairs.Add((high, low, Math.Abs(Dcg(order) - Dcg(swapped)) / ideal));
                }
            }
        }

        return pairs;
    }

    private static double[] Many(Func<double> draw) => [.. Enumerable.Range(0, 20).Select(_ => draw())];
}
