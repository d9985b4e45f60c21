using System.Globalization;
using System.Text.RegularExpressions;
using Busker.Catalog.V1;

namespace Busker.Catalog.Documents;

/// <summary>
/// Values as people write them, the same in files, differences and traces: <c>yes</c>, <c>lossless</c>, <c>320 kbps</c>,
/// <c>6 per rolling hour</c>, <c>15 h per billing month</c>, <c>45 min per calendar day, then shuffle_only</c>, <c>unlimited</c>.
/// </summary>
public static partial class ValueText
{
    private static readonly string[] Kinds = ["", "fixed", "rolling", "calendar", "billing"];
    private static readonly string[] Units = ["", "minute", "hour", "day", "week", "month", "year"];

    [GeneratedRegex(@"^(?<limit>.+?) per (?<kind>fixed|rolling|calendar|billing) ((?<every>\d{1,4}) )?(?<unit>minute|hour|day|week|month|year)s?(, then (?<variant>[a-z][a-z0-9_]*))?$")]
    private static partial Regex CapPattern();

    [GeneratedRegex(@"^(?<count>-?\d{1,18})( ?(?<unit>\w+))?$")]
    private static partial Regex NumberPattern();

    /// <summary>A value of a feature as text.</summary>
    public static string Format(Feature feature, Value? value) => value?.KindCase switch
    {
        Value.KindOneofCase.Flag => value.Flag ? "yes" : "no",
        Value.KindOneofCase.Choice => value.Choice,
        Value.KindOneofCase.Number => Amount(value.Number, feature.Unit, withUnit: true),
        Value.KindOneofCase.Cap => Format(feature, value.Cap),
        _ => "",
    };

    /// <summary>The value a text stands for; null when the feature's type has no such value.</summary>
    public static Value? Parse(Feature feature, string text) => feature.Type switch
    {
        Feature.Types.Type.Flag when text is "yes" or "true" => new Value { Flag = true },
        Feature.Types.Type.Flag when text is "no" or "false" => new Value { Flag = false },
        Feature.Types.Type.Choice => new Value { Choice = text },
        Feature.Types.Type.Number when ParseAmount(text, feature.Unit) is { } number => new Value { Number = number },
        Feature.Types.Type.Cap => ParseCap(feature, text) is { } cap ? new Value { Cap = cap } : null,
        _ => null,
    };

    /// <summary>What a text for this type may look like: the end of an error message.</summary>
    public static string Example(Feature.Types.Type type) => type switch
    {
        Feature.Types.Type.Flag => "yes or no",
        Feature.Types.Type.Choice => "one of its choices",
        Feature.Types.Type.Number => "a whole number, as in 320",
        Feature.Types.Type.Cap => "as in: 6 per rolling hour; 15 h per billing month; 45 min per calendar day, then shuffle_only; unlimited; none",
        _ => "a value of its type",
    };

    /// <summary>So many units in words: hours and minutes where the unit is seconds and nothing is lost.</summary>
    public static string Amount(long count, string unit, bool withUnit) => (unit, count) switch
    {
        ("seconds", not 0) when count % 3600 == 0 => string.Create(CultureInfo.InvariantCulture, $"{count / 3600} h"),
        ("seconds", not 0) when count % 60 == 0 => string.Create(CultureInfo.InvariantCulture, $"{count / 60} min"),
        ("seconds", _) => string.Create(CultureInfo.InvariantCulture, $"{count} s"),
        _ => withUnit && unit.Length > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{count} {unit}")
            : count.ToString(CultureInfo.InvariantCulture),
    };

    private static string Format(Feature feature, Cap cap)
    {
        if (cap.Unlimited) return "unlimited";
        if (cap.Limit == 0 && cap.OnExhausted.Length == 0) return "none";
        var every = Math.Max(1, cap.Window.Every);
        var window = $"{Kinds[(int)cap.Window.Kind]} {(every == 1 ? "" : every + " ")}{Units[(int)cap.Window.Unit]}{(every == 1 ? "" : "s")}";
        var then = cap.OnExhausted.Length == 0 ? "" : $", then {cap.OnExhausted}";
        return $"{Amount(cap.Limit, feature.Unit, withUnit: false)} per {window}{then}";
    }

    private static Cap? ParseCap(Feature feature, string text)
    {
        if (text == "unlimited") return new Cap { Unlimited = true };
        if (text == "none") return new Cap { Limit = 0, Window = new Window { Kind = Window.Types.Kind.Fixed, Unit = Window.Types.Unit.Day, Every = 1 } };
        var match = CapPattern().Match(text);
        if (!match.Success || ParseAmount(match.Groups["limit"].Value, feature.Unit) is not { } limit) return null;
        return new Cap
        {
            Limit = limit,
            Window = new Window
            {
                Kind = (Window.Types.Kind)Array.IndexOf(Kinds, match.Groups["kind"].Value),
                Unit = (Window.Types.Unit)Array.IndexOf(Units, match.Groups["unit"].Value),
                Every = match.Groups["every"].Success ? int.Parse(match.Groups["every"].Value, CultureInfo.InvariantCulture) : 1,
            },
            OnExhausted = match.Groups["variant"].Value,
        };
    }

    private static long? ParseAmount(string text, string unit)
    {
        var match = NumberPattern().Match(text);
        if (!match.Success) return null;
        var count = long.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture);
        return (match.Groups["unit"].Value, unit) switch
        {
            ("", _) => count,
            ("h", "seconds") when count < long.MaxValue / 3600 => count * 3600,
            ("min", "seconds") when count < long.MaxValue / 60 => count * 60,
            ("s", "seconds") => count,
            var (said, meant) when said == meant => count,
            _ => null,
        };
    }
}
