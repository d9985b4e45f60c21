namespace Busker.Simulator.Core;

/// <summary>Remembers the last two versions of what was answered to a lane about a subject, while a rule asks for stale reads.</summary>
internal sealed class StaleShelf
{
    private const int Most = 20_000;
    private readonly Dictionary<string, Dictionary<string, (byte[] Now, byte[]? Before)>> _lanes = [];

    /// <summary>Takes note of a fresh answer; returns the version before it, or null when there is none.</summary>
    public byte[]? Pass(string lane, Answer answer)
    {
        if (answer.Subject is not { } subject) return null;
        if (!_lanes.TryGetValue(lane, out var shelf)) _lanes[lane] = shelf = [];
        if (shelf.Count >= Most) shelf.Clear(); // the lane's own doing: what others do must not show
        if (!shelf.TryGetValue(subject, out var known))
        {
            shelf[subject] = (answer.Body.ToArray(), null);
            return null;
        }

        if (known.Now.AsSpan().SequenceEqual(answer.Body.Span)) return known.Before;
        shelf[subject] = (answer.Body.ToArray(), known.Now);
        return known.Now;
    }
}
