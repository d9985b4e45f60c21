using Busker.Catalog.V1;
using Busker.Kernel;

namespace Busker.Catalog.Documents;

/// <summary>Whether a value fits its feature.</summary>
internal static class ValueCheck
{
    private const int EveryMax = 1000;

    /// <param name="feature">what the value is for</param>
    /// <param name="value">may be null</param>
    /// <param name="variants">what a cap here may switch to</param>
    /// <param name="path">of the value</param>
    public static Violation? Of(Feature feature, Value? value, IReadOnlyList<string> variants, string path) =>
        (feature.Type, value?.KindCase ?? Value.KindOneofCase.None) switch
        {
            (Feature.Types.Type.Flag, Value.KindOneofCase.Flag) => null,
            (Feature.Types.Type.Number, Value.KindOneofCase.Number) => null,
            (Feature.Types.Type.Choice, Value.KindOneofCase.Choice) => feature.Choices.Contains(value!.Choice)
                ? null
                : new Violation(path + ".choice", $"\"{value.Choice}\" is not one of {feature.Key}'s choices: {string.Join(", ", feature.Choices)}."),
            (Feature.Types.Type.Cap, Value.KindOneofCase.Cap) => Cap(feature, value!.Cap, variants, path + ".cap"),
            _ => new Violation(path, $"{feature.Key} takes {ValueText.Example(feature.Type)}."),
        };

    private static Violation? Cap(Feature feature, Cap cap, IReadOnlyList<string> variants, string path)
    {
        if (cap.Unlimited)
            return cap.Limit == 0 && cap.Window is null && cap.OnExhausted.Length == 0
                ? null
                : new Violation(path, $"{feature.Key} is unlimited, so it has no limit, window or variant.");
        if (cap.Limit is < 0 or long.MaxValue) return new Violation(path + ".limit", "0 or more.");
        if (cap.OnExhausted.Length > 0 && !variants.Contains(cap.OnExhausted))
            return new Violation(path + ".on_exhausted", $"There is no variant \"{cap.OnExhausted}\" to switch to here.");
        return cap.Window switch
        {
            null => new Violation(path + ".window", "A limit needs a window."),
            { Every: < 0 or > EveryMax } => new Violation(path + ".window.every", $"0 to {EveryMax}."),
            { Kind: Window.Types.Kind.Fixed or Window.Types.Kind.Rolling, Unit: >= Window.Types.Unit.Minute and <= Window.Types.Unit.Week } => null,
            { Kind: Window.Types.Kind.Fixed or Window.Types.Kind.Rolling } =>
                new Violation(path + ".window.unit", "Fixed and rolling windows are minutes, hours, days or weeks."),
            { Kind: Window.Types.Kind.Calendar or Window.Types.Kind.Billing, Unit: >= Window.Types.Unit.Day and <= Window.Types.Unit.Year } => null,
            { Kind: Window.Types.Kind.Calendar or Window.Types.Kind.Billing } =>
                new Violation(path + ".window.unit", "Calendar and billing windows are days, weeks, months or years."),
            _ => new Violation(path + ".window.kind", "Choose fixed, rolling, calendar or billing."),
        };
    }
}
