namespace Busker.Storage.Tests;

/// <summary>A clock that stands until it is moved. Its timers run in real time: only what is due is decided by it.</summary>
internal sealed class FakeClock : TimeProvider
{
    private DateTimeOffset _now = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => _now;

    public void Advance(TimeSpan by) => _now += by;
}
