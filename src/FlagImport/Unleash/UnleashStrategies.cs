using System.Text.RegularExpressions;
using Busker.Experiments.V1;
using Busker.FlagImport.Drafts;
using Algorithm = Busker.Experiments.V1.BucketHash.Types.Algorithm;
using Comparison = Busker.Experiments.V1.Criterion.Types.Comparison;

namespace Busker.FlagImport.Unleash;

/// <summary>Whom a strategy of Unleash activates, without its constraints.</summary>
internal sealed partial class UnleashStrategies(Report report, UnleashConstraints constraints)
{
    [GeneratedRegex(@"\s*,\s*")]
    private static partial Regex Comma();

    public Expression Of(Node strategy, string path)
    {
        var parameters = strategy["parameters"] ?? Node.Null;
        path += ".parameters";
        return strategy.TextOf("name") switch
        {
            "default" => Say.Always,
            "userWithId" => Say.IsText("userId", Comparison.Strict, List(parameters, "userIds")),
            "gradualRolloutUserId" => Gradual(parameters, "userId", path),
            "gradualRolloutSessionId" => Gradual(parameters, "sessionId", path),
            "gradualRolloutRandom" => Random(JsNumber.Of(parameters["percentage"]), path),
            "remoteAddress" => Remote(List(parameters, "IPs")),
            "applicationHostname" => Host(List(parameters, "hostNames"), path),
            "flexibleRollout" => Flexible(parameters, path),
            var other => report.LeaveOut(path[..^".parameters".Length], $"\"{other}\" is a strategy of your own"),
        };
    }

    private static List<string> List(Node parameters, string name) =>
        parameters.TextOf(name) is { Length: > 0 } text ? [.. Comma().Split(text)] : [];

    private Expression Gradual(Node parameters, string attribute, string path) =>
        Rollout(JsNumber.Of(parameters["percentage"]), parameters.TextOf("groupId"), attribute, path);

    private Expression Flexible(Node parameters, string path)
    {
        var (percentage, group) = (JsNumber.Of(parameters["rollout"]), parameters.TextOf("groupId"));
        if (!(percentage > 0)) return Say.Never;
        switch (parameters.TextOf("stickiness"))
        {
            case "random":
                return Random(percentage, path);
            case "" or "default":
                if (percentage >= 100) return Say.Always;
                report.Differs(path, "without userId and sessionId the strategy draws at random; here nobody without them is in");
                var user = Say.IsTruthy("userId");
                return Say.Any(Rollout(percentage, group, "userId", path), Say.All(Say.Not(user), Rollout(percentage, group, "sessionId", path)));
            case var other:
                return Rollout(percentage, group, constraints.Attribute(other, path + ".stickiness"), path);
        }
    }

    private Expression Rollout(double percentage, string group, string attribute, string path)
    {
        if (!(percentage > 0)) return Say.Never;
        if (percentage >= 100) return Say.IsTruthy(attribute);
        constraints.Hashed(group, path);
        var range = new BucketRange { Upper = (uint)percentage };
        var gate = range.Upper == 0 ? Say.Never : Say.Gate(attribute, new() { Algorithm = Algorithm.Murmur332Modulo, Prefix = group + ":" }, 100, [range]);
        return Say.All(Say.Not(Say.IsStrictly(attribute, Node.Of(0))), gate);
    }

    private Expression Random(double percentage, string path) =>
        percentage >= 100 ? Say.Always
        : !(percentage >= 1) ? Say.Never
        : report.LeaveOut(path, "draws at random at each call; here the same unit gets the same answer");

    private static Expression Remote(List<string> blocks) => Say.Any(
        Say.IsText("remoteAddress", Comparison.Strict, blocks),
        UnleashConstraints.Network("remoteAddress", [.. blocks.Where(b => !b.Contains(':', StringComparison.Ordinal))], Comparison.Strict));

    private Expression Host(List<string> names, string path)
    {
        report.Differs(path, "the client compares its own host name; here the caller sends it as the attribute \"hostname\"");
        return Say.IsText("hostname", Comparison.Strict, names, ignoreCase: true);
    }
}
