using System.Globalization;
using Busker.Kernel;

namespace Busker.Simulator.Faults;

/// <summary>
/// Reads one line of the fault language:
/// <c>PROVIDER CHANNEL PATTERN FAULT[(argument)] [p=0.1] [count=3] [skip=2] [from=1h] [until=2h] [flap=30s/10s] [seed=7]</c>.
/// </summary>
internal static class FaultParser
{
    private const double LongestMs = 36_500d * 86_400_000;
    private static readonly string[] Providers = ["stripe", "adyen", "paypal", "*"];
    private static readonly string[] Channels = ["GET", "POST", "PUT", "PATCH", "DELETE", "webhook", "file", "*"];

    public static Result<FaultRule> Parse(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 4) return Wrong($"a fault needs at least four words, PROVIDER CHANNEL PATTERN FAULT, but this is '{line}'");
        if (!Providers.Contains(words[0])) return Wrong($"'{words[0]}' is not a provider: {string.Join(", ", Providers)}");
        if (!Channels.Contains(words[1])) return Wrong($"'{words[1]}' is not a channel: {string.Join(", ", Channels)}");
        var open = words[3].IndexOf('(', StringComparison.Ordinal);
        var name = open < 0 ? words[3] : words[3][..open];
        var closed = open < 0 || words[3].EndsWith(')');
        var argument = open < 0 ? "" : closed ? words[3][(open + 1)..^1] : words[3][open..];
        var known = Array.Find(FaultKinds.Table, f => f.Word == name);
        if (known.Word is null) return Wrong($"'{name}' is not a fault: {string.Join(", ", FaultKinds.Table.Select(f => f.Word))}");
        if (Channel(known.Kind, words[1]) is { } misplaced) return Wrong(misplaced);
        if (Argument(known.Kind, argument) is not { } value) return Wrong($"'{argument}' is no argument for {name}: {Wanted(known.Kind)}");

        var options = new Options();
        foreach (var word in words[4..])
        {
            if (options.Read(word) is { } problem) return Wrong(problem);
        }

        if (options.Until <= options.From) return Wrong("'until' is later than 'from'");

        return new FaultRule
        {
            Source = line, Provider = words[0], Channel = words[1], Pattern = words[2], Kind = known.Kind, Argument = value,
            Probability = options.P, Count = options.Count, Skip = options.Skip, From = options.From, Until = options.Until,
            FlapBad = options.FlapBad, FlapGood = options.FlapGood, Seed = options.Seed,
        };
    }

    /// <summary>250ms, 30s, 10m, 2h, 7d, at most a hundred years; or null.</summary>
    public static TimeSpan? Duration(string text)
    {
        var digits = text.TrimEnd('m', 's', 'h', 'd');
        if (!double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)) return null;
        double unit = text[digits.Length..] switch { "ms" => 1, "s" => 1_000, "m" => 60_000, "h" => 3_600_000, "d" => 86_400_000, _ => double.PositiveInfinity };
        return value * unit <= LongestMs ? TimeSpan.FromMilliseconds(value * unit) : null;
    }

    private static string? Channel(FaultKind kind, string channel) => (kind.Target(), channel) switch
    {
        (_, "*") => null,
        (FaultTarget.Webhook, not "webhook") => "this fault is for the channel webhook",
        (FaultTarget.File, not "file") => "this fault is for the channel file",
        (FaultTarget.Request, "webhook" or "file") => "this fault is for requests: name a method or *",
        _ => null,
    };

    private static long? Argument(FaultKind kind, string text) => kind switch
    {
        FaultKind.Delay or FaultKind.Late => (long?)Duration(text)?.TotalMilliseconds,
        FaultKind.Status or FaultKind.StatusAfter or FaultKind.StatusStored =>
            int.TryParse(text, CultureInfo.InvariantCulture, out var status) && status is 429 or (>= 500 and < 600) ? status : null,
        FaultKind.Duplicate or FaultKind.MissingLine => text.Length == 0 ? 1 : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n is >= 1 and <= 1_000 ? n : null,
        _ => text.Length == 0 ? 0 : null,
    };

    private static string Wanted(FaultKind kind) => kind switch
    {
        FaultKind.Delay or FaultKind.Late => "a duration, such as (250ms), (30s), (10m) or (7d), of at most 36500d",
        FaultKind.Status or FaultKind.StatusAfter or FaultKind.StatusStored => "(429) or one from (500) to (599)",
        FaultKind.Duplicate or FaultKind.MissingLine => "none, or a number from (1) to (1000)",
        _ => "it takes none",
    };

    private static Fault Wrong(string message) => new(Code.InvalidArgument, "FAULT_RULE", message);

    private sealed class Options
    {
        public double P { get; private set; } = 1;
        public int Count { get; private set; } = int.MaxValue;
        public int Skip { get; private set; }
        public TimeSpan From { get; private set; }
        public TimeSpan Until { get; private set; } = TimeSpan.MaxValue;
        public TimeSpan FlapBad { get; private set; }
        public TimeSpan FlapGood { get; private set; }
        public ulong Seed { get; private set; }

        public string? Read(string word)
        {
            var cut = word.IndexOf('=', StringComparison.Ordinal);
            var text = word[(cut + 1)..];
            var good = cut < 0 ? false : word[..cut] switch
            {
                "p" => Number(text, out var p) && p is >= 0 and <= 1 && Set(() => P = p),
                "count" => Whole(text, int.MaxValue, out var n) && Set(() => Count = (int)n),
                "skip" => Whole(text, int.MaxValue, out var n) && Set(() => Skip = (int)n),
                "seed" => Whole(text, long.MaxValue, out var n) && Set(() => Seed = (ulong)n),
                "from" => Duration(text) is { } t && Set(() => From = t),
                "until" => Duration(text) is { } t && Set(() => Until = t),
                "flap" => text.Split('/') is [var bad, var rest] && Duration(bad) is { } b && Duration(rest) is { } g
                    && b > TimeSpan.Zero && Set(() => (FlapBad, FlapGood) = (b, g)),
                _ => false,
            };
            return good ? null : $"'{word}' is not an option: p=0..1, count=N, skip=N, from=1h, until=2h, flap=30s/10s, seed=N";
        }

        private static bool Number(string text, out double value) =>
            double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value);

        private static bool Whole(string text, long most, out long value) =>
            long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value <= most;

        private static bool Set(Action assign)
        {
            assign();
            return true;
        }
    }
}
