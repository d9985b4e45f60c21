using Busker.Kernel;

namespace Busker.Statistics.Sequential;

/// <summary>
/// A group-sequential test with an expected number of units. <see cref="Live"/> is the honest monitor: a look's bound depends on the past alone, so bounds already
/// used never move. The error is spent by min(1, units/expected): a trial that over-runs spends the rest at its first look beyond the
/// plan, with the information really gathered; looks after that have nothing left to spend and their bounds are infinite.
/// </summary>
public sealed record GroupSequential(double Alpha, int Sides, double ExpectedUnits)
{
    public Spending Spending { get; init; } = Spending.Default;

    /// <param name="units">Units at each look so far, not falling.</param>
    /// <param name="final">No further look will come: what is left of the error is spent now, also before the plan is reached.</param>
    public Result<Boundary> Live(double[] units, bool final = false)
    {
        if (Refused() is { } fault) return fault;
        var information = units.Select(n => n / ExpectedUnits).ToArray();
        var spent = information.Select(t => Spending.Spent(t, Alpha / Sides)).ToArray();
        if (final && spent.Length > 0) spent[^1] = Alpha / Sides;
        return Boundary.Solve(information, spent, Sides);
    }

    /// <summary>
    /// Bounds with information rescaled to the larger of plan and last look, as if the true size had been known. For reproducing other
    /// tools' tables; early bounds move when the trial over-runs, so decisions belong to <see cref="Live"/>.
    /// </summary>
    public Result<Boundary> Rescaled(double[] units, Grid grid = Grid.Exact)
    {
        if (Refused() is { } fault) return fault;
        var most = units.Length == 0 ? ExpectedUnits : Math.Max(ExpectedUnits, units[^1]);
        return Boundary.Solve([.. units.Select(n => n / most)], Alpha, Sides, Spending, grid);
    }

    private Fault? Refused() =>
        Refusals.Open("alpha", Alpha) ?? Refusals.Positive("expected units", ExpectedUnits)
        ?? (Sides is 1 or 2 ? null : Refusals.OutOfRange("sides", Sides, "1 or 2"));
}
