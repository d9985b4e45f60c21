using Busker.Simulator.Core;

namespace Busker.Simulator.Faults;

/// <summary>One line of the fault language, understood. Times are offsets from the start of the scenario.</summary>
public sealed class FaultRule
{
    public required string Source { get; init; }
    public required string Provider { get; init; }

    /// <summary>An HTTP method, <c>webhook</c>, <c>file</c> or <c>*</c>.</summary>
    public required string Channel { get; init; }

    /// <summary>Path, event type or file name; <c>*</c> stands for any run of characters.</summary>
    public required string Pattern { get; init; }

    public required FaultKind Kind { get; init; }

    /// <summary>HTTP status, number of copies, or milliseconds, as the kind wants.</summary>
    public long Argument { get; init; }

    public double Probability { get; init; } = 1;

    /// <summary>Strikes at most so often in each lane: other lanes cannot use it up, so timing does not decide who is struck.</summary>
    public int Count { get; init; } = int.MaxValue;

    /// <summary>Lets the first so many matches of each lane through.</summary>
    public int Skip { get; init; }

    public TimeSpan From { get; init; } = TimeSpan.Zero;
    public TimeSpan Until { get; init; } = TimeSpan.MaxValue;
    public TimeSpan FlapBad { get; init; }
    public TimeSpan FlapGood { get; init; }
    public ulong Seed { get; init; }

    private readonly Dictionary<string, (int Seen, int Struck)> _lanes = [];

    /// <summary>How often it struck, all lanes together.</summary>
    public int Struck { get; private set; }

    /// <summary>Whether it strikes this one. <paramref name="key"/> names the request or delivery; the same name, the same luck.</summary>
    internal bool Strikes(FaultTarget target, string provider, string method, string name, string lane, string key, TimeSpan at, ulong seed)
    {
        if (at < From || at >= Until || Kind.Target() != target) return false;
        if (Provider != "*" && Provider != provider) return false;
        if (target == FaultTarget.Request && Channel != "*" && Channel != method) return false;
        if (!Glob(Pattern, name) || Resting(at)) return false;
        if (Probability < 1 && !Draw.Of(seed ^ Seed, key, Source).Chance(Probability)) return false;
        var (seen, struck) = _lanes.GetValueOrDefault(lane);
        var strikes = seen >= Skip && struck < Count;
        _lanes[lane] = (seen + 1, strikes ? struck + 1 : struck);
        if (strikes) Struck++;
        return strikes;
    }

    private bool Resting(TimeSpan at)
    {
        if (FlapBad == TimeSpan.Zero) return false;
        var phase = (at - From).Ticks % (FlapBad + FlapGood).Ticks;
        return phase >= FlapBad.Ticks;
    }

    internal static bool Glob(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        int p = 0, t = 0, star = -1, mark = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*') (star, mark) = (p++, t);
            else if (p < pattern.Length && pattern[p] == text[t]) { p++; t++; }
            else if (star >= 0) (p, t) = (star + 1, ++mark);
            else return false;
        }

        while (p < pattern.Length && pattern[p] == '*') p++;
        return p == pattern.Length;
    }
}
