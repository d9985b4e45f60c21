using Busker.Kernel;

namespace Busker.Statistics;

/// <summary>Every refusal of this library: one clear sentence that names the field. Reasons are append-only.</summary>
internal static class Refusals
{
    public static Fault TooFew(string what, double n, int needed) =>
        new(Code.InvalidArgument, "TOO_FEW_UNITS", $"{what} has n = {n:0.###}; at least {needed} units are needed.", what);

    public static Fault NotFinite(string what, double value) =>
        new(Code.InvalidArgument, "NOT_A_NUMBER", $"{what} is {value}; a finite number is needed.", what);

    public static Fault NegativeVariance(string what, double variance) =>
        new(Code.InvalidArgument, "NEGATIVE_VARIANCE",
            $"The sums of {what} imply a variance of {variance:0.######}, below zero; check its sum of squares.", what);

    public static Fault NoVariance(string what) =>
        new(Code.InvalidArgument, "NO_VARIANCE", $"{what} has the same value for every unit, so no test is possible.", what);

    public static Fault ZeroControlMean(string what) =>
        new(Code.InvalidArgument, "ZERO_CONTROL_MEAN",
            $"{what} has a control mean of zero, so a relative effect is not defined; ask for the absolute effect.", what);

    public static Fault OutOfRange(string what, double value, string range) =>
        new(Code.InvalidArgument, "OUT_OF_RANGE", $"{what} is {value:0.######}; it must be {range}.", what);

    public static Fault Wrong(string what, string sentence) =>
        new(Code.InvalidArgument, "WRONG_SHAPE", sentence, what);

    public static Fault? Finite(string what, double value) =>
        double.IsFinite(value) ? null : NotFinite(what, value);

    /// <summary>Refuses anything but a probability strictly between zero and one.</summary>
    public static Fault? Open(string what, double value) =>
        value is > 0 and < 1 ? null : OutOfRange(what, value, "strictly between 0 and 1");

    public static Fault? Positive(string what, double value) =>
        double.IsFinite(value) && value > 0 ? null : OutOfRange(what, value, "above 0 and finite");
}
