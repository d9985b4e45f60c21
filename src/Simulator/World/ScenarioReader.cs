using System.Globalization;
using System.Reflection;
using Busker.Kernel;
using Busker.Simulator.Faults;

namespace Busker.Simulator.World;

/// <summary>Reads a scenario file, or one of the presets that come along.</summary>
public static class ScenarioReader
{
    public static readonly IReadOnlyList<string> Presets = ["calm", "black-friday", "provider-outage", "card-testing-attack", "payday"];

    /// <summary>A preset by name, or a file by path. The fault's message is one sentence with file and line.</summary>
    public static Result<Scenario> Open(string nameOrPath)
    {
        if (Presets.Contains(nameOrPath)) return Parse(nameOrPath + ".yaml", PresetText(nameOrPath));
        if (!File.Exists(nameOrPath))
        {
            return new Fault(Code.NotFound, "SCENARIO", $"{nameOrPath}: there is no such file, and the presets are {string.Join(", ", Presets)}");
        }

        try
        {
            return Parse(nameOrPath, File.ReadAllText(nameOrPath));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return new Fault(Code.InvalidArgument, "SCENARIO", $"{nameOrPath}: this file cannot be read: {unreadable.Message}");
        }
    }

    public static string PresetText(string name)
    {
        using var stream = typeof(ScenarioReader).Assembly.GetManifestResourceStream($"scenario.{name}.yaml")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    public static Result<Scenario> Parse(string file, string text)
    {
        try
        {
            return Read(Yaml.Load(file, text));
        }
        catch (ScenarioException wrong)
        {
            return new Fault(Code.InvalidArgument, "SCENARIO", wrong.Message);
        }
    }

    private static Scenario Read(Yaml yaml)
    {
        var scenario = new Scenario
        {
            Name = yaml.Required("name") is { Length: > 0 } name ? name : throw yaml.Refuse("name", "'name' is empty"),
            Version = (int)yaml.Whole("version", 1, 1, int.MaxValue),
            About = yaml.Text("about", ""),
            Seed = (ulong)yaml.Whole("seed", 1, 0, long.MaxValue),
            Start = yaml.Moment("start", new Scenario { Name = "" }.Start),
            People = yaml.Map("people") is { } people ? ReadPeople(people) : new People(),
            Issuers = ReadIssuers(yaml),
            Fees = ByProvider(yaml, "fees", ReadFees),
            Latencies = ByProvider(yaml, "latency", ReadLatency),
            Disputes = yaml.Map("disputes") is { } disputes ? ReadDisputes(disputes) : new DisputeHabits(),
            Traffic = yaml.Map("traffic") is { } traffic ? ReadTraffic(traffic) : new Traffic(),
            Faults = [.. yaml.Maps("outages").Select(ReadOutage), .. yaml.Each("faults", FaultParser.Parse)],
        };
        if (scenario.Version != 1) throw yaml.Refuse("version", $"version {scenario.Version} of scenarios is not known; this reads version 1");
        scenario = scenario with { Regimes = [.. yaml.Maps("regimes").Select(r => ReadRegime(r, scenario.Issuers))] };
        yaml.Done();
        return scenario;
    }

    private static Issuer[] ReadIssuers(Yaml yaml)
    {
        var issuers = new List<Issuer>();
        foreach (var map in yaml.Maps("issuers"))
        {
            var issuer = ReadIssuer(map);
            if (issuers.Exists(i => i.Bin == issuer.Bin)) throw map.Refuse("bin", $"two issuers cannot have the same bin {issuer.Bin}");
            issuers.Add(issuer);
        }

        return [.. issuers];
    }

    private static People ReadPeople(Yaml yaml)
    {
        var otherwise = new People();
        var people = new People
        {
            Cards = (int)yaml.Whole("cards", otherwise.Cards, 1, 1_000_000_000),
            Paydays = Paydays(yaml) is { Length: > 0 } days ? days : otherwise.Paydays,
            Income = yaml.Whole("income", otherwise.Income, 0, 1_000_000_000_000),
            SpentPerDay = yaml.Share("spent_per_day", otherwise.SpentPerDay),
            LostPerYear = yaml.Share("lost_per_year", otherwise.LostPerYear),
            Updater = yaml.Share("updater", otherwise.Updater),
            UpdaterDelay = yaml.Duration("updater_delay", otherwise.UpdaterDelay),
        };
        yaml.Done();
        return people;
    }

    private static int[] Paydays(Yaml yaml)
    {
        var days = yaml.Numbers("paydays");
        return days.All(d => d is >= 1 and <= 28 && d == Math.Floor(d)) ? [.. days.Select(d => (int)d)] : throw yaml.Refuse("paydays", "a payday is a day between 1 and 28");
    }

    private static Issuer ReadIssuer(Yaml yaml)
    {
        var otherwise = new Issuer { Name = "", Bin = "" };
        var bin = yaml.Required("bin");
        if (bin.Length != 6 || !bin.All(char.IsAsciiDigit)) throw yaml.Refuse("bin", $"'bin' is six digits in quotes, not '{bin}'");
        var issuer = otherwise with
        {
            Name = yaml.Required("name"),
            Bin = bin,
            Brand = yaml.OneOf("brand", Card.BrandOf(bin), "visa", "mastercard", "amex", "discover", "diners", "jcb", "unionpay", "unknown"),
            Country = yaml.Text("country", otherwise.Country) is [>= 'A' and <= 'Z', >= 'A' and <= 'Z'] country ? country : throw yaml.Refuse("country", "'country' is two capital letters such as SE"),
            Funding = yaml.OneOf("funding", otherwise.Funding, "credit", "debit", "prepaid"),
            Approval = yaml.Share("approval", otherwise.Approval),
            Amount = yaml.Number("amount", otherwise.Amount),
            Night = yaml.Number("night", otherwise.Night),
            Abroad = yaml.Number("abroad", otherwise.Abroad),
            Young = yaml.Number("young", otherwise.Young),
            Retry = yaml.Number("retry", otherwise.Retry),
            Authenticated = yaml.Number("authenticated", otherwise.Authenticated),
            After = Reasons(yaml, "after", (map, word) => map.Number(word, 0, -20, 20)) ?? otherwise.After,
            Reasons = Weighed(yaml, Reasons(yaml, "reasons", (map, word) => map.Number(word, 0, 0)), r => r) ?? otherwise.Reasons,
            Challenge = yaml.Share("challenge", otherwise.Challenge),
            ChallengeOver = yaml.Whole("challenge_over", otherwise.ChallengeOver, 0, 1_000_000_000_000),
        };
        yaml.Done();
        return issuer;
    }

    private static Dictionary<DeclineReason, double>? Reasons(Yaml parent, string key, Func<Yaml, string, double> read)
    {
        if (parent.Map(key) is not { } yaml) return null;
        return yaml.Keys.ToDictionary(
            word => Enum.TryParse<DeclineReason>(word.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out var reason) && reason != DeclineReason.None && !char.IsAsciiDigit(word[0])
                ? reason
                : throw yaml.Refuse(word, $"'{word}' is not a reason to decline"),
            word => read(yaml, word));
    }

    /// <summary>What something is drawn from has weight somewhere.</summary>
    private static Dictionary<TKey, T>? Weighed<TKey, T>(Yaml yaml, Dictionary<TKey, T>? reasons, Func<T, double> weight)
        where TKey : notnull =>
        reasons is null || reasons.Values.Sum(weight) > 0 ? reasons : throw yaml.Refuse("reasons", "'reasons' needs one with a weight over 0");

    private static Dictionary<string, T> ByProvider<T>(Yaml parent, string key, Func<Yaml, T> read)
    {
        var found = new Dictionary<string, T>();
        if (parent.Map(key) is not { } yaml) return found;
        foreach (var name in yaml.Keys.ToArray())
        {
            if (name is not ("stripe" or "adyen" or "paypal")) throw yaml.Refuse(name, $"'{name}' is not a provider: stripe, adyen, paypal");
            found.Add(name, read(yaml.Map(name)!));
        }

        return found;
    }

    private static FeeSchedule ReadFees(Yaml yaml)
    {
        var fees = new FeeSchedule((int)Math.Round(yaml.Number("percent", 2.9, 0, 100) * 100), yaml.Whole("fixed", 30, 0, 1_000_000), yaml.Whole("dispute", 1_500, 0, 1_000_000));
        yaml.Done();
        return fees;
    }

    private static Latency ReadLatency(Yaml yaml)
    {
        var median = yaml.Duration("median", TimeSpan.FromMilliseconds(150)).TotalMilliseconds;
        var p99 = yaml.Duration("p99", TimeSpan.FromMilliseconds(1_200)).TotalMilliseconds;
        if (median <= 0 || p99 < median || p99 > 3_600_000) throw yaml.Refuse("p99", "a latency needs 0 < median <= p99 <= 1h");
        yaml.Done();
        return new Latency(median, p99);
    }

    private static DisputeHabits ReadDisputes(Yaml yaml)
    {
        var otherwise = new DisputeHabits();
        var reasons = Weighed(yaml, yaml.Map("reasons") is { } map ? map.Keys.ToArray().ToDictionary(k => k, k => ReadDispute(map, k)) : null, r => r.Weight);
        var habits = new DisputeHabits
        {
            Honest = yaml.Share("honest", otherwise.Honest),
            Fraud = yaml.Share("fraud", otherwise.Fraud),
            Inquiry = yaml.Share("inquiry", otherwise.Inquiry),
            Escalated = yaml.Share("escalated", otherwise.Escalated),
            Won = yaml.Share("won", otherwise.Won),
            FraudDelay = yaml.Duration("fraud_delay", otherwise.FraudDelay),
            Reasons = reasons ?? otherwise.Reasons,
        };
        yaml.Done();
        return habits;
    }

    private static (double Weight, TimeSpan Delay) ReadDispute(Yaml reasons, string reason)
    {
        string[] known = [.. new DisputeHabits().Reasons.Keys, "fraudulent", "unrecognized", "general"];
        if (!known.Contains(reason)) throw reasons.Refuse(reason, $"'{reason}' is not a reason of disputes: {string.Join(", ", known)}");
        var yaml = reasons.Map(reason)!;
        var read = (yaml.Number("weight", 1, 0), yaml.Duration("delay", TimeSpan.FromDays(20)));
        yaml.Done();
        return read;
    }

    private static Traffic ReadTraffic(Yaml yaml)
    {
        var otherwise = new Traffic();
        var traffic = new Traffic
        {
            PerMinute = yaml.Number("per_minute", otherwise.PerMinute, 0, 1_000_000),
            Hours = yaml.Numbers("hours"),
            MedianAmount = yaml.Whole("median_amount", otherwise.MedianAmount, 1, 1_000_000_000),
            Fraud = yaml.Share("fraud", otherwise.Fraud),
            Waves = [.. yaml.Maps("waves").Select(ReadWave)],
        };
        if (traffic.Hours.Count is not (0 or 24) || traffic.Hours.Any(h => h < 0) || (traffic.Hours.Count > 0 && traffic.Hours.Sum() <= 0)) throw yaml.Refuse("hours", "'hours' is a list of 24 weights, one at least over 0");
        yaml.Done();
        return traffic;
    }

    private static Wave ReadWave(Yaml yaml)
    {
        var kind = yaml.OneOf("kind", "sale", "sale", "card-testing");
        var wave = new Wave(
            yaml.Duration("from", TimeSpan.Zero), yaml.Duration("until", TimeSpan.FromHours(1)), yaml.Number("per_minute", 100, 0, 1_000_000), kind == "card-testing");
        if (wave.Until <= wave.From) throw yaml.Refuse("until", "'until' is later than 'from'");
        yaml.Done();
        return wave;
    }

    private static Regime ReadRegime(Yaml yaml, IReadOnlyList<Issuer> issuers)
    {
        var issuer = yaml.OneOf("issuer", "*", ["*", .. issuers.Select(i => i.Name)]);
        var regime = new Regime(yaml.Duration("at", TimeSpan.Zero), yaml.OneOf("provider", "*", "*", "stripe", "adyen", "paypal"), issuer, yaml.Number("effect", -0.5, -20, 20));
        yaml.Done();
        return regime;
    }

    /// <summary>An outage is a fault rule in other words.</summary>
    private static FaultRule ReadOutage(Yaml yaml)
    {
        var (from, until) = (yaml.Duration("from", TimeSpan.Zero), yaml.Duration("until", TimeSpan.FromHours(1)));
        if (until <= from) throw yaml.Refuse("until", "'until' is later than 'from'");
        var provider = yaml.OneOf("provider", "*", "*", "stripe", "adyen", "paypal");
        var endpoint = yaml.Text("endpoint", "*");
        if (endpoint.Length == 0 || endpoint.Contains(' ', StringComparison.Ordinal)) throw yaml.Refuse("endpoint", "'endpoint' is a path such as /v1/refunds*");
        var line = string.Create(CultureInfo.InvariantCulture,
            $"{provider} * {endpoint} {yaml.Text("as", "status(503)")} p={yaml.Share("share", 1):0.############} from={yaml.Text("from", "0s")} until={yaml.Text("until", "1h")}");
        var rule = FaultParser.Parse(line);
        if (rule.Fault is { } fault) throw yaml.Refuse("as", fault.Message);
        yaml.Done();
        return rule.Value;
    }
}
