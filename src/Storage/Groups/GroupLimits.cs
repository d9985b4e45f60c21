namespace Busker.Storage;

/// <summary>Bounds of one group commit on one host.</summary>
/// <param name="Lanes">Batches in flight at once. Each needs a connection of <see cref="DbLimits.Groups"/>.</param>
/// <param name="BatchMax">Units in one transaction.</param>
/// <param name="QueueMax">Units waiting; more are refused with RESOURCE_EXHAUSTED.</param>
public sealed record GroupLimits(int Lanes = 2, int BatchMax = 512, int QueueMax = 8192)
{
    /// <summary>A unit expected to wait longer than this is refused at once with RESOURCE_EXHAUSTED.</summary>
    public TimeSpan WaitMax { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a batch is tried again while the database is away, before its callers hear UNAVAILABLE.</summary>
    public TimeSpan PatienceMax { get; init; } = TimeSpan.FromSeconds(3);
}
