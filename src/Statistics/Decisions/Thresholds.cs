using Busker.Kernel;
using Busker.Statistics.Effects;
using Busker.Statistics.Numerics;
using Busker.Statistics.Sequential;

namespace Busker.Statistics.Decisions;

/// <summary>The one-sided z bounds of a plan for the looks taken, solved once per level and series of units.</summary>
internal sealed class Thresholds(DecisionPlan plan, bool final)
{
    private readonly Dictionary<(double Alpha, bool Veto, int Looks, double First, double Last), Result<Entry>> _known = [];

    internal sealed record Entry(double[] Z, Boundary? Boundary);

    public Result<Entry> Of(double alpha, bool veto, double[] units)
    {
        var key = (alpha, veto, units.Length, units[0], units[^1]);
        if (_known.TryGetValue(key, out var entry)) return entry;
        return _known[key] = Solve(alpha, veto, units);
    }

    // Deterioration is always watched sequentially, also in a fixed-horizon plan: harm should not wait for the end.
    private Result<Entry> Solve(double alpha, bool veto, double[] units)
    {
        var method = plan.Method;
        if (method == PeekingMethod.FixedHorizon && veto)
        {
            method = plan.ExpectedUnits > 0 ? PeekingMethod.GroupSequential : PeekingMethod.AlwaysValid;
        }

        switch (method)
        {
            case PeekingMethod.FixedHorizon:
                var z = units.Select(_ => double.PositiveInfinity).ToArray();
                if (final) z[^1] = Normal.UpperQuantile(alpha);
                return new Entry(z, null);
            case PeekingMethod.GroupSequential:
                var boundary = new GroupSequential(alpha, 1, plan.ExpectedUnits) { Spending = plan.Spending }.Live(units, final && !veto);
                return boundary.Fault is { } fault ? fault : new Entry([.. boundary.Value.Bounds], boundary.Value);
            default:
                var sequence = new AlwaysValid(alpha, plan.ExpectedUnits > 0 ? plan.ExpectedUnits : 5000);
                return new Entry([.. units.Select(n => sequence.Multiplier(n, Alternative.Larger))], null);
        }
    }
}
