namespace Busker.Learning.Rerank;

/// <summary>
/// Exposure floors online: called as showings happen, it raises the price of whoever is behind schedule,
/// μ ← max(0, μ + η·b + κ·(b − b before)), with b = (floor·schedule − shown)/floor. The schedule is done 3 % before the period, so that the floor is met
/// when it ends. The second term, κ = √(2η/Δ) for adjustments a share Δ of the period apart, damps: prices that only add up how far
/// behind an item is swing about the schedule without end.
/// </summary>
/// <param name="floors">Wanted showings per item over the period; 0 for unprotected.</param>
/// <param name="rate">η, in score units per adjustment; a few tenths of a score's deviation.</param>
public sealed class ExposurePacing(int[] floors, float rate)
{
    private const double Done = 0.97;
    private readonly int[] _shown = new int[floors.Length];
    private readonly float[] _prices = new float[floors.Length], _behind = new float[floors.Length];
    private double _elapsed;

    /// <summary>μ per item: what a showing is worth beyond its score, in score units.</summary>
    public ReadOnlySpan<float> Prices => _prices;

    /// <summary>Showings per item so far.</summary>
    public ReadOnlySpan<int> Shown => _shown;

    /// <summary>Counts a showing; from any thread.</summary>
    public void Show(int item) => Interlocked.Increment(ref _shown[item]);

    /// <param name="elapsed">Share of the period that has passed, 0 to 1, not before the last call's.</param>
    public void Adjust(double elapsed)
    {
        var damping = (float)Math.Sqrt(2 * rate / Math.Max(1e-4, elapsed - _elapsed));
        _elapsed = elapsed;
        for (var i = 0; i < floors.Length; i++)
        {
            if (floors[i] == 0) continue;
            var behind = (float)(Math.Min(1, elapsed / Done) - _shown[i] / (double)floors[i]);
            _prices[i] = MathF.Max(0f, _prices[i] + rate * behind + damping * (behind - _behind[i]));
            _behind[i] = behind;
        }
    }

    /// <summary>Proof per period: every protected item with its floor and its showings.</summary>
    public IEnumerable<(int Item, int Floor, int Shown)> Ledger()
    {
        for (var i = 0; i < floors.Length; i++) if (floors[i] > 0) yield return (i, floors[i], _shown[i]);
    }
}
