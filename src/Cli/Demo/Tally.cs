namespace Busker.Cli.Demo;

/// <summary>What came of a play.</summary>
internal enum Verdict { LetThrough, Capped, Switched }

/// <summary>What one lane of the replay counts; lanes are added up at the end.</summary>
internal sealed class Tally
{
    private readonly long[] _plays = new long[9];
    private readonly long[] _skipsRefused = new long[3];
    private readonly List<double> _latencies = [];

    public int Calls => _latencies.Count;
    public long Plays => _plays.Sum();

    public void Add(Tier tier, Verdict verdict) => _plays[((int)tier * 3) + (int)verdict]++;
    public void RefuseSkip(Tier tier) => _skipsRefused[(int)tier]++;
    public void Answered(TimeSpan after) => _latencies.Add(after.TotalMilliseconds);
    public long Of(Tier tier, Verdict verdict) => _plays[((int)tier * 3) + (int)verdict];
    public long SkipsRefused(Tier tier) => _skipsRefused[(int)tier];

    /// <summary>The latency, in milliseconds, that this share of the calls did not exceed; 0 without calls.</summary>
    public double Quantile(double share)
    {
        if (_latencies.Count == 0) return 0;
        var sorted = _latencies.Order().ToArray();
        return sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
    }

    public static Tally Sum(IEnumerable<Tally> lanes)
    {
        var all = new Tally();
        foreach (var lane in lanes)
        {
            for (var i = 0; i < all._plays.Length; i++) all._plays[i] += lane._plays[i];
            for (var i = 0; i < all._skipsRefused.Length; i++) all._skipsRefused[i] += lane._skipsRefused[i];
            all._latencies.AddRange(lane._latencies);
        }

        return all;
    }
}
