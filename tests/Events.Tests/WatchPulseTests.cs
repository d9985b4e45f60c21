using Busker.Events.V1;

namespace Busker.Events.Tests;

public sealed class WatchPulseTests
{
    [Fact]
    public async Task The_pulses_together_count_every_fact_once()
    {
        await using var room = await Room.OpenAsync();
        using var stop = new CancellationTokenSource();
        var (pulses, _) = room.Watch<WatchPulseRequest, Pulse>("WatchPulse", new WatchPulseRequest { IntervalMs = 250, SampleSize = 5 }, stop.Token);
        await room.OpenedAsync(pulses, p => p.Counts.Count > 0);
        await room.TellAsync(new Storage.NewFact(room.Scope, "listener:mark", new Entitlements.V1.CapExhausted { Feature = "from here" }));
        for (var n = 0; n < 40; n++) await room.TellAsync($"l{n}");
        await room.TellAsync(new Storage.NewFact(room.Scope, "listener:mark", new Entitlements.V1.CapExhausted { Feature = "to here" }));

        var (marks, sampled) = (0L, 0);
        while (marks < 2)
        {
            var pulse = await pulses.ReadAsync();
            pulse.IntervalMs.ShouldBe(250);
            pulse.Sample.Count.ShouldBeLessThanOrEqualTo(5);
            sampled += pulse.Sample.Count;
            marks += pulse.Counts.Where(c => c.Kind.EndsWith("CapExhausted", StringComparison.Ordinal)).Sum(c => c.Count);
        }

        sampled.ShouldBeGreaterThan(0);
        await stop.CancelAsync();
    }

    [Theory]
    [InlineData(10, 0, "interval_ms")]
    [InlineData(60_001, 0, "interval_ms")]
    [InlineData(0, 101, "sample_size")]
    public async Task A_wrong_field_is_named(int interval, int sample, string field)
    {
        await using var room = await Room.OpenAsync();
        var request = new WatchPulseRequest { IntervalMs = interval, SampleSize = sample };
        (await room.Watch<WatchPulseRequest, Pulse>("WatchPulse", request, default).Ended)!.Field.ShouldBe(field);
    }
}
