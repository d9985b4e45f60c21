using Busker.Kernel;
using Busker.Statistics.Numerics;

namespace Busker.Statistics.Sequential;

/// <summary>
/// Group-sequential bounds on z, one per look: stop for an effect when z ≥ bound (two-sided: |z| ≥ bound). Solved look by look so that the
/// probability of having stopped equals the error spent (Lan and DeMets, Biometrika 1983). A bound is infinite where nothing may be spent.
/// </summary>
public sealed class Boundary
{
    // Looks closer than this share of the information add nothing that could be resolved: they keep the bound before them.
    private const double Resolution = 1e-5;

    private readonly Walk[] _before;

    private Boundary(double[] information, double[] bounds, double[] spent, int sides, Walk[] before) =>
        (Information, Bounds, Spent, Sides, _before) = (information, bounds, spent, sides, before);

    /// <summary>Information at each look as a share of the planned information; above 1 when over-running.</summary>
    public IReadOnlyList<double> Information { get; }
    public IReadOnlyList<double> Bounds { get; }

    /// <summary>Error of one side spent up to and including each look.</summary>
    public IReadOnlyList<double> Spent { get; }
    public int Sides { get; }
    public int Looks => Bounds.Count;

    /// <summary>The level at which an ordinary test of look <paramref name="look"/> has this bound.</summary>
    public double NominalAlpha(int look) => Sides * Normal.Upper(Bounds[look]);

    /// <summary>Bounds for given information shares and a spending function; the last share normally is 1.</summary>
    public static Result<Boundary> Solve(
        double[] information, double alpha, int sides, Spending? spending = null, Grid grid = Grid.Exact)
    {
        if (Refusals.Open("alpha", alpha) is { } fault) return fault;
        if (sides is not (1 or 2)) return Refusals.OutOfRange("sides", sides, "1 or 2");
        spending ??= Spending.Default;
        return Solve(information, [.. information.Select(t => spending.Spent(t, alpha / sides))], sides, grid);
    }

    /// <summary>Bounds for given information and a given cumulative error of one side at each look.</summary>
    public static Result<Boundary> Solve(double[] information, double[] spent, int sides, Grid grid = Grid.Exact)
    {
        if (Refused(information) is { } fault) return fault;
        var looks = information.Length;
        var (bounds, before) = (new double[looks], new Walk[looks]);
        var (walk, used) = (Walk.Start, 0.0);
        for (var k = 0; k < looks; k++)
        {
            before[k] = walk;
            var time = information[k];
            if (k > 0 && time - walk.Time <= Resolution * information[^1])
            {
                bounds[k] = bounds[k - 1];
                continue;
            }

            var more = spent[k] - used;
            used = Math.Max(used, spent[k]);
            var b = more > 1e-300 ? Bound(walk, more, time, Guess(bounds, k, more), grid) : double.PositiveInfinity;
            bounds[k] = b / Math.Sqrt(time);
            if (k + 1 == looks) break;
            walk = walk.Continue(sides == 2 ? -b : double.NegativeInfinity, b, time,
                NextStep(information, k), grid);
        }

        return new Boundary(information, bounds, spent, sides, before);
    }

    /// <summary>
    /// P(the upper bound is crossed at or before the last look) when E[Z] at full information is <paramref name="drift"/>: the error rate of one
    /// side at 0, the power elsewhere.
    /// </summary>
    public double CrossingProbability(double drift) => Enumerable.Range(0, Looks).Sum(k => CrossedAt(k, drift));

    /// <summary>
    /// The drift that is detected with the given power. Its square over (z_α + z_β)² is the inflation of the maximal sample size over a test with one look.
    /// </summary>
    public double DriftFor(double power)
    {
        var low = 0.0;
        var high = 16.0;
        return Roots.Decreasing(d => power - CrossingProbability(d), low, high, 1e-10);
    }

    internal double CrossedAt(int look, double drift)
    {
        if (double.IsPositiveInfinity(Bounds[look]) || Repeats(look)) return 0;
        return _before[look].Above(Bounds[look] * Math.Sqrt(Information[look]), Information[look], drift);
    }

    /// <summary>P(not stopped before this look and z at it ≥ the given one).</summary>
    internal double ReachedAbove(int look, double z, double drift) =>
        _before[look].Above(z * Math.Sqrt(Information[look]), Information[look], drift);

    private static double Bound(Walk walk, double target, double time, double guess, Grid grid) =>
        grid == Grid.Classic && walk.Time > 0
            ? walk.ClassicBound(target, time, guess * Math.Sqrt(walk.Time))
            : walk.Bound(target, time, guess);

    // The bound of the look before is near; the first look's bound is a normal quantile.
    private static double Guess(double[] bounds, int look, double target) =>
        look > 0 && double.IsFinite(bounds[look - 1]) ? bounds[look - 1] : Normal.UpperQuantile(Math.Min(0.5, target));

    private bool Repeats(int look) => look > 0 && Information[look] - _before[look].Time <= Resolution * Information[^1];

    private static double NextStep(double[] information, int look)
    {
        for (var next = look + 1; next < information.Length; next++)
        {
            var step = information[next] - information[look];
            if (step > Resolution * information[^1]) return Math.Sqrt(step);
        }

        return 1;
    }

    private static Fault? Refused(double[] information)
    {
        if (information.Length == 0) return Refusals.Wrong("information", "A boundary needs at least one look.");
        for (var k = 0; k < information.Length; k++)
        {
            if (Refusals.Positive($"information[{k}]", information[k]) is { } fault) return fault;
            if (k > 0 && information[k] < information[k - 1])
            {
                return Refusals.Wrong("information", $"Information falls at look {k + 1}: {information[k]:0.####} after {information[k - 1]:0.####}.");
            }
        }

        return null;
    }
}
