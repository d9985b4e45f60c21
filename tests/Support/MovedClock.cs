namespace Busker.Support;

/// <summary>The system's clock, moved on as a test likes.</summary>
public sealed class MovedClock : TimeProvider
{
    private TimeSpan _by;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + _by;

    public override long GetTimestamp() => System.GetTimestamp() + (long)(_by.TotalSeconds * TimestampFrequency);

    public void Move(TimeSpan by) => _by += by;
}
