namespace Busker.Simulator.Core;

/// <summary>Remembers the last two versions of what was answered about a subject, while a rule asks for stale reads.</summary>
internal sealed class StaleShelf
{
    private const int Most = 50_000;
    private readonly Dictionary<string, (byte[] Now, byte[]? Before)> _shelf = [];

    /// <summary>Takes note of a fresh answer; returns the version before it, or null when there is none.</summary>
    public byte[]? Pass(Answer answer)
    {
        if (answer.Subject is not { } subject) return null;
        if (_shelf.Count >= Most) _shelf.Clear();
        if (!_shelf.TryGetValue(subject, out var known))
        {
            _shelf[subject] = (answer.Body, null);
            return null;
        }

        if (known.Now.AsSpan().SequenceEqual(answer.Body)) return known.Before;
        _shelf[subject] = (answer.Body, known.Now);
        return known.Now;
    }
}
