using System.Runtime.CompilerServices;

namespace Busker.Learning.Trees;

/// <summary>Second-order leaf values and the loss they save (Chen and Guestrin 2016, equations 5–7), with L1 and bounds.</summary>
internal readonly struct LeafScore(BoostOptions options)
{
    private readonly double _l1 = options.L1;
    private readonly double _l2 = options.L2;
    private readonly double _step = options.MaxStep > 0 ? options.MaxStep : double.PositiveInfinity;
    private readonly bool _plain = options.MaxStep <= 0;

    private double Shrink(double gradient) =>
        gradient > _l1 ? gradient - _l1 : gradient < -_l1 ? gradient + _l1 : 0;

    /// <summary>The step that minimises the regularised quadratic, clamped.</summary>
    public double Value(double gradient, double hessian, double low = double.NegativeInfinity, double high = double.PositiveInfinity)
    {
        var value = -Shrink(gradient) / (hessian + _l2 + 1e-300);
        return Math.Clamp(Math.Clamp(value, -_step, _step), low, high);
    }

    /// <summary>Loss saved by giving the leaf its own unbounded step.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double Saved(double gradient, double hessian)
    {
        if (!_plain) return SavedBy(gradient, hessian, Value(gradient, hessian));
        var shrunk = _l1 > 0 ? Shrink(gradient) : gradient;
        return 0.5 * shrunk * shrunk / (hessian + _l2 + 1e-300);
    }

    /// <summary>Loss saved by a given step.</summary>
    public double SavedBy(double gradient, double hessian, double value) =>
        -(gradient * value + 0.5 * (hessian + _l2) * value * value + _l1 * Math.Abs(value));
}
