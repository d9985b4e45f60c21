using Busker.Events.V1;

namespace Busker.Events.Tests;

public sealed class WatchFactsTests
{
    [Fact]
    public async Task A_watcher_sees_its_own_facts_in_order_as_json_and_nobody_elses()
    {
        await using var room = await Room.OpenAsync();
        using var stop = new CancellationTokenSource();
        var (facts, ended) = room.Watch<WatchFactsRequest, V1.Fact>("WatchFacts", new WatchFactsRequest(), stop.Token);
        await room.OpenedAsync(facts, _ => true);
        for (var n = 0; n < 20; n++)
        {
            await room.TellAsync("other", Guid.CreateVersion7());
            await room.TellAsync($"l{n}");
        }

        var seen = new List<V1.Fact>();
        while (seen.Count < 20)
        {
            var fact = await facts.ReadAsync();
            if (fact.Body.Fields["listenerId"].StringValue != "opening") seen.Add(fact);
        }

        seen.Select(f => f.Body.Fields["listenerId"].StringValue).ShouldBe(Enumerable.Range(0, 20).Select(n => $"l{n}"));
        seen.Select(f => f.Position).ShouldBe(seen.Select(f => f.Position).Order());
        seen[0].Kind.ShouldBe("busker.entitlements.v1.ListenerPlanSet");
        seen[0].Key.ShouldBe("listener:l0");
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(async () => await ended);
    }

    [Fact]
    public async Task Only_the_kinds_asked_for_come()
    {
        await using var room = await Room.OpenAsync();
        using var stop = new CancellationTokenSource();
        var request = new WatchFactsRequest { Kinds = { "busker.entitlements.v1.CapExhausted" } };
        var (facts, _) = room.Watch<WatchFactsRequest, V1.Fact>("WatchFacts", request, stop.Token);
        var exhausted = new Storage.NewFact(room.Scope, "listener:a", new Entitlements.V1.CapExhausted { ListenerId = "a", Feature = "skips" });
        V1.Fact? fact = null;
        for (var n = 0; n < 200 && !facts.TryRead(out fact); n++)
        {
            await room.TellAsync("a");
            await room.TellAsync(exhausted);
            await Task.WhenAny(facts.WaitToReadAsync().AsTask(), Task.Delay(50));
        }

        fact!.Body.Fields["feature"].StringValue.ShouldBe("skips");
        await stop.CancelAsync();
    }

    [Fact]
    public async Task Too_many_kinds_are_refused()
    {
        await using var room = await Room.OpenAsync();
        var request = new WatchFactsRequest { Kinds = { Enumerable.Range(0, 101).Select(n => $"k{n}") } };
        (await room.Watch<WatchFactsRequest, V1.Fact>("WatchFacts", request, default).Ended)!.Field.ShouldBe("kinds");
    }
}
