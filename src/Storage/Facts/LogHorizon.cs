namespace Busker.Storage;

/// <summary>
/// Tells which facts may be handed on. Positions are drawn before their transactions commit, so the log is seen with
/// gaps: some will be filled by transactions still under way, others never (those rolled back). A reader that stepped
/// over the first kind would lose facts. The rule:
/// <list type="number">
/// <item>Up to the first gap, everything is final.</item>
/// <item>At a gap, note the highest position seen and, afterwards, draw a transaction id X. Whoever drew a position that
/// low had its id before (a trigger sees to it), so its id is below X.</item>
/// <item>When a later snapshot has no transaction below X under way, its view up to the noted position is final.</item>
/// </list>
/// </summary>
internal sealed class LogHorizon
{
    private long _noted;
    private ulong _below;

    /// <param name="cursor">The last position handled.</param>
    /// <param name="positions">Those seen after it, ascending.</param>
    /// <param name="oldest">The oldest transaction under way in the snapshot that saw them.</param>
    /// <returns>How many of the positions are final.</returns>
    public int Final(long cursor, IReadOnlyList<long> positions, ulong oldest)
    {
        var settled = _below != 0 && oldest >= _below ? _noted : 0;
        var next = cursor + 1;
        for (var i = 0; i < positions.Count; i++)
        {
            if (positions[i] != next && positions[i] > settled) return i;
            next = positions[i] + 1;
        }

        return positions.Count;
    }

    /// <summary>True when a gap blocks that no noted horizon covers yet: draw an id, then <see cref="Note"/>.</summary>
    public bool Asks(long blockedAt) => blockedAt > _noted;

    public void Note(long highestSeen, ulong transactionId) => (_noted, _below) = (highestSeen, transactionId);
}
