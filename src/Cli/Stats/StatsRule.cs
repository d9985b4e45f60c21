using System.Globalization;
using Busker.Kernel;
using Busker.Statistics.Decisions;
using Busker.Statistics.Sequential;

namespace Busker.Cli.Stats;

/// <summary>A decision rule in JSON: {"all": […]}, {"any": […]} or {"metric": …, "question": "superior"}.</summary>
internal sealed record RuleFile
{
    public List<RuleFile>? All { get; init; }
    public List<RuleFile>? Any { get; init; }
    public string? Metric { get; init; }
    public Question? Question { get; init; }

    public static Result<Rule> Read(RuleFile file, string at = "rule")
    {
        var given = new object?[] { file.All, file.Any, file.Question }.Count(p => p is not null);
        if (given != 1) return StatsReader.Wrong(at, $"{at} must hold exactly one of all, any or a question.");
        if (file.Question is { } question)
        {
            return file.Metric is null && question != Statistics.Decisions.Question.SampleRatioHolds
                ? StatsReader.Wrong(at, $"{at} asks {question} of no metric; name one.")
                : new Rule.Leaf(file.Metric ?? "traffic", question);
        }

        var (name, children) = file.All is { } all ? ("all", all) : ("any", file.Any!);
        if (children.Count == 0) return StatsReader.Wrong($"{at}.{name}", $"{at}.{name} is empty.");
        var rules = new Rule[children.Count];
        for (var i = 0; i < rules.Length; i++)
        {
            var child = Read(children[i], $"{at}.{name}[{i}]");
            if (child.Fault is { } fault) return fault;
            rules[i] = child.Value;
        }

        return file.All is null ? new Rule.Any(rules) : new Rule.All(rules);
    }

    /// <summary>power:2, obrienFleming, pocock or hwangShihDeCani:-4; the default when absent.</summary>
    public static Result<Spending> Spending(string? text)
    {
        var parts = (text ?? "power:2").Split(':');
        var parameter = parts.Length == 2 && double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var read) ? read : double.NaN;
        return (parts[0].ToLowerInvariant(), parts.Length) switch
        {
            ("power", 2) when parameter > 0 && double.IsFinite(parameter) => Statistics.Sequential.Spending.Power(parameter),
            ("hwangshihdecani", 2) when Math.Abs(parameter) <= 50 => Statistics.Sequential.Spending.HwangShihDeCani(parameter),
            ("obrienfleming", 1) => Statistics.Sequential.Spending.OBrienFleming,
            ("pocock", 1) => Statistics.Sequential.Spending.Pocock,
            _ => StatsReader.Wrong("spending", $"spending is \"{text}\"; it must be power:P with P above 0, obrienFleming, pocock or hwangShihDeCani:G with G within ±50."),
        };
    }
}
