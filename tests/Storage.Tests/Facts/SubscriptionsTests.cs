using Busker.Common.V1;

namespace Busker.Storage.Tests;

public sealed class SubscriptionsTests
{
    private static Task TellAsync(Room room, string key, params long[] values) => room.Db.InTransactionAsync(
        (tx, ct) => Outbox.AppendAsync(tx, values.Select(v => new NewFact(Room.Scope, key, Room.Says(v))).ToList(), ct), default);

    /// <summary>Writes down what it saw, in the cursor's transaction.</summary>
    private static async Task SeeAsync(Tx tx, Fact fact, Money said, CancellationToken ct)
    {
        if (said.AmountMinor < 0) throw new InvalidOperationException("negative");
        await tx.ExecuteAsync("insert into probe.seen values ($1, $2, $3, $4)", [fact.Scope, fact.Key, fact.Position, said.AmountMinor], ct);
    }

    private static Subscription Seeing(int attempts = 3, int batch = 500) =>
        Subscription.To<Money>("probe.on_money", SeeAsync) with { AttemptsMax = attempts, BatchMax = batch };

    private static Task<string> SeenAsync(Room room, string key) =>
        room.AskAsync<string>($"select coalesce(string_agg(value::text, ' ' order by n), '') from probe.seen where key = '{key}'");

    [Fact]
    public async Task A_fact_that_becomes_visible_late_is_not_skipped()
    {
        await using var room = await Room.OpenAsync();
        var late = new TaskCompletionSource();
        var drawn = new TaskCompletionSource();
        var slow = room.Db.InTransactionAsync(async (tx, ct) =>
        {
            await Outbox.AppendAsync(tx, Room.Scope, "slow", Room.Says(1), ct);
            drawn.SetResult();
            await late.Task;
        }, default);
        await drawn.Task;
        await TellAsync(room, "quick", 2);
        using var stop = new CancellationTokenSource();
        var running = new Subscriptions(room.Host(), [Seeing()]).RunAsync(stop.Token);
        await TellAsync(room, "quick", 3);
        (await SeenAsync(room, "quick")).ShouldBe("", "they stand behind a gap that is still open");
        late.SetResult();
        await slow;
        await new Subscriptions(room.Db, [Seeing()]).CatchUpAsync(default);
        while (await room.AskAsync<long>("select count(*) from probe.seen") < 3) await Task.Yield();
        await stop.CancelAsync();
        await running;
        (await room.AskAsync<string>("select string_agg(value::text, ' ' order by position) from probe.seen")).ShouldBe("1 2 3");
        (await room.AskAsync<string>("select string_agg(value::text, ' ' order by n) from probe.seen")).ShouldBe("1 2 3");
    }

    [Fact]
    public async Task A_gap_left_by_a_rollback_does_not_stop_the_readers()
    {
        await using var room = await Room.OpenAsync();
        await TellAsync(room, "a", 1);
        await Should.ThrowAsync<InvalidOperationException>(room.Db.InTransactionAsync(async (tx, ct) =>
        {
            await Outbox.AppendAsync(tx, Room.Scope, "a", Room.Says(99), ct);
            throw new InvalidOperationException();
        }, default));
        await TellAsync(room, "a", 2);
        await new Subscriptions(room.Db, [Seeing()]).CatchUpAsync(default);
        (await SeenAsync(room, "a")).ShouldBe("1 2");
    }

    [Fact]
    public async Task Two_hosts_reading_while_many_write_handle_each_fact_once_and_each_key_in_order()
    {
        await using var room = await Room.OpenAsync();
        using var stop = new CancellationTokenSource();
        var readers = new[] { room.Db, room.Host() }.Select(db => new Subscriptions(db, [Seeing(batch: 37)]).RunAsync(stop.Token)).ToList();
        await using (var group = CounterTable.Group(room.Db, new GroupLimits(BatchMax: 16)))
        {
            var units = Enumerable.Range(0, 1500).Select(i => group.SubmitAsync(new Count($"k{i % 7}", 1), null, default));
            await Task.WhenAll(units);
        }

        while (await room.AskAsync<long>("select count(*) from probe.seen") < 1500) await Task.Delay(10);
        await stop.CancelAsync();
        await Task.WhenAll(readers);
        (await room.AskAsync<long>("select count(distinct position) from probe.seen")).ShouldBe(1500);
        for (var k = 0; k < 7; k++)
        {
            var values = (await SeenAsync(room, $"k{k}")).Split(' ').Select(long.Parse).ToList();
            values.ShouldBe(Enumerable.Range(1, values.Count).Select(v => (long)v));
        }
    }

    [Fact]
    public async Task A_fact_that_keeps_failing_is_parked_with_its_key_and_the_others_go_on()
    {
        await using var room = await Room.OpenAsync();
        await TellAsync(room, "bad", 1, -2, 3);
        await TellAsync(room, "good", 4, 5);
        await new Subscriptions(room.Db, [Seeing()]).CatchUpAsync(default);
        (await SeenAsync(room, "good")).ShouldBe("4 5");
        (await SeenAsync(room, "bad")).ShouldBe("1");
        var parked = await room.Db.ReadAsync((tx, ct) => Subscriptions.ParkedAsync(tx, "probe.on_money", 0, 10, ct), default);
        parked.Select(p => p.Attempts).ShouldBe([3, 0]);
        parked[0].Error.ShouldContain("negative");

        var mended = new Subscriptions(room.Db, [Subscription.To<Money>("probe.on_money", (tx, fact, said, ct) =>
            SeeAsync(tx, fact, Room.Says(Math.Abs(said.AmountMinor)), ct))]);
        (await mended.RerunAsync("probe.on_money", Room.Scope, "bad", default)).ShouldBe(2);
        await TellAsync(room, "bad", 6);
        await mended.CatchUpAsync(default);
        (await SeenAsync(room, "bad")).ShouldBe("1 2 3 6");
    }

    [Fact]
    public async Task Consumers_have_their_own_cursors_and_see_only_their_kinds()
    {
        await using var room = await Room.OpenAsync();
        await TellAsync(room, "a", 1);
        var (all, none) = (0, 0);
        var subscriptions = new Subscriptions(room.Db,
        [
            Subscription.ToSet("probe.all", [], (_, facts, _) => Task.FromResult(all += facts.Count)),
            Subscription.ToSet("probe.none", ["busker.common.v1.PageRequest"], (_, facts, _) => Task.FromResult(none += facts.Count)),
        ]);
        await subscriptions.CatchUpAsync(default);
        (all, none).ShouldBe((1, 0));
        await subscriptions.CatchUpAsync(default);
        all.ShouldBe(1);
    }

    [Fact]
    public async Task An_inbox_lets_a_fact_in_once()
    {
        await using var room = await Room.OpenAsync();
        var fact = new Fact(7, Room.Scope, "a", "k", DateTimeOffset.UnixEpoch, null, Array.Empty<byte>());
        Task<bool> Enter() => room.Db.InTransactionAsync((tx, ct) => Inbox.EnterAsync(tx, "probe", fact, ct), default);
        var entered = await Task.WhenAll(Enter(), Enter(), Enter());
        entered.Count(e => e).ShouldBe(1);
        (await room.Db.InTransactionAsync((tx, ct) => Inbox.EnterAsync(tx, "another", fact, ct), default)).ShouldBeTrue();
    }

    [Fact]
    public async Task Old_facts_are_forgotten_only_when_everyone_has_read_them()
    {
        var clock = new FakeClock();
        await using var room = await Room.OpenAsync(clock);
        await TellAsync(room, "a", 1, 2);
        var subscriptions = new Subscriptions(room.Db, [Seeing()]);
        await subscriptions.CatchUpAsync(default);
        await TellAsync(room, "a", 3);
        Task<int> Expire() => room.Db.InTransactionAsync((tx, ct) => Outbox.ExpireAsync(tx, 100, ct), default);
        (await Expire()).ShouldBe(0);
        clock.Advance(Outbox.Kept + TimeSpan.FromHours(1));
        (await Expire()).ShouldBe(2, "the third is still to be read");
    }

    [Fact]
    public async Task A_watch_gets_what_is_committed_after_it_was_opened_and_only_its_scope()
    {
        await using var room = await Room.OpenAsync();
        await TellAsync(room, "before", 1);
        await using var tail = new OutboxTail(room.Db);
        await using var watch = await tail.OpenAsync(Room.Scope, [], default);
        await room.Db.InTransactionAsync((tx, ct) => Outbox.AppendAsync(tx, Guid.Empty, "other", Room.Says(2), ct), default);
        await TellAsync(room, "after", 3);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await foreach (var fact in watch.ReadAsync(limit.Token))
        {
            fact.Key.ShouldBe("after");
            fact.Read<Money>().AmountMinor.ShouldBe(3);
            break;
        }
    }

    [Fact]
    public async Task A_fact_of_one_host_wakes_the_tail_of_another_at_once()
    {
        await using var room = await Room.OpenAsync();
        var other = room.Host();
        await using var tail = new OutboxTail(room.Db, poll: TimeSpan.FromHours(1)); // without a signal it would sleep
        await using var watch = await tail.OpenAsync(Room.Scope, [], default);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await using var facts = watch.ReadAsync(patience.Token).GetAsyncEnumerator(patience.Token);
        for (var n = 0; n < 3; n++)
        {
            await other.InTransactionAsync((tx, ct) => Outbox.AppendAsync(tx, Room.Scope, "k", Room.Says(n), ct), default);
            (await facts.MoveNextAsync()).ShouldBeTrue();
            facts.Current.Read<Common.V1.Money>().AmountMinor.ShouldBe(n);
        }
    }

    [Fact]
    public async Task A_listener_that_was_cut_off_hears_again()
    {
        await using var room = await Room.OpenAsync();
        var other = room.Host();
        await using var tail = new OutboxTail(room.Db, poll: TimeSpan.FromHours(1));
        await using var watch = await tail.OpenAsync(Room.Scope, [], default);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await using var facts = watch.ReadAsync(patience.Token).GetAsyncEnumerator(patience.Token);
        await room.CutAsync("busker-read");
        await other.InTransactionAsync((tx, ct) => Outbox.AppendAsync(tx, Room.Scope, "k", Room.Says(7), ct), default);
        (await facts.MoveNextAsync()).ShouldBeTrue();
    }
}
