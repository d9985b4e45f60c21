using Busker.Kernel;

namespace Busker.Storage.Tests;

public sealed class GroupCommitTests
{
    [Fact]
    public async Task Units_on_one_row_see_one_another_and_each_hears_its_own_outcome()
    {
        await using var room = await Room.OpenAsync();
        await using var group = CounterTable.Group(room.Db);
        var answers = await Task.WhenAll(Enumerable.Range(0, 300).Select(i => group.SubmitAsync(new Count("a", 1, 200), Room.Key($"{i}"), default)));
        answers.Where(a => a.Fault is null).Select(a => a.Value.Answer.AmountMinor).Order().ShouldBe(Enumerable.Range(1, 200).Select(i => (long)i));
        answers.Count(a => a.Fault?.Reason == "CAPPED").ShouldBe(100);
        (await room.UsedAsync("a")).ShouldBe(200);
        (await room.AskAsync<long>("select count(*) from storage.outbox")).ShouldBe(200);
        (await room.AskAsync<long>("select count(*) from storage.request")).ShouldBe(200);
    }

    [Fact]
    public async Task A_repeat_gets_the_first_answer_and_another_body_is_refused()
    {
        await using var room = await Room.OpenAsync();
        await using var group = CounterTable.Group(room.Db);
        var twice = await Task.WhenAll(
            group.SubmitAsync(new Count("a", 5), Room.Key("r"), default), group.SubmitAsync(new Count("a", 5), Room.Key("r"), default));
        twice.Select(t => t.Value.Answer.AmountMinor).ShouldBe([5, 5]);
        twice.Count(t => t.Value.Replayed).ShouldBe(1);
        (await group.SubmitAsync(new Count("a", 5), Room.Key("r", body: 2), default)).Fault!.Reason.ShouldBe("REQUEST_ID_REUSED");
        (await room.UsedAsync("a")).ShouldBe(5);
    }

    [Fact]
    public async Task A_unit_the_database_refuses_and_a_unit_whose_decision_throws_fail_alone()
    {
        await using var room = await Room.OpenAsync();
        await using var group = CounterTable.Group(room.Db, new GroupLimits(Lanes: 1));
        var good = Enumerable.Range(0, 100).Select(i => group.SubmitAsync(new Count($"n{i}", 1), Room.Key($"{i}"), default)).ToList();
        var poisoned = group.SubmitAsync(new Count("evil", 666), Room.Key("p"), default);
        var buggy = group.SubmitAsync(new Count("n7", 13), Room.Key("b"), default);
        good.AddRange(Enumerable.Range(100, 100).Select(i => group.SubmitAsync(new Count($"n{i}", 1), Room.Key($"{i}"), default)));
        (await Task.WhenAll(good)).ShouldAllBe(g => g.Fault == null);
        (await Should.ThrowAsync<Npgsql.PostgresException>(poisoned)).SqlState.ShouldBe("23514");
        await Should.ThrowAsync<InvariantException>(buggy);
        (await room.AskAsync<decimal>("select sum(used) from probe.counter")).ShouldBe(200);
    }

    [Fact]
    public async Task Two_hosts_on_the_same_rows_lose_nothing_and_never_exceed_a_limit()
    {
        await using var room = await Room.OpenAsync();
        await using var one = CounterTable.Group(room.Db);
        await using var two = CounterTable.Group(room.Host());
        var asks = Enumerable.Range(0, 2000).Select(i =>
            (i % 2 == 0 ? one : two).SubmitAsync(new Count($"c{i * 7 % 10}", 1, 150), Room.Key($"{i}"), default));
        var outcomes = await Task.WhenAll(asks);
        outcomes.Count(o => o.Fault is null).ShouldBe(1500);
        (await room.AskAsync<long>("select count(*) from probe.counter where used = 150")).ShouldBe(10);
    }

    [Fact]
    public async Task The_same_request_through_two_hosts_has_one_effect()
    {
        await using var room = await Room.OpenAsync();
        await using var one = CounterTable.Group(room.Db);
        await using var two = CounterTable.Group(room.Host());
        var asks = Enumerable.Range(0, 400).SelectMany(i => new[] { one, two }
            .Select(g => g.SubmitAsync(new Count($"c{i % 5}", 1), Room.Key($"{i}"), default)));
        var outcomes = await Task.WhenAll(asks);
        outcomes.ShouldAllBe(o => o.Fault == null);
        outcomes.Count(o => o.Value.Replayed).ShouldBe(400);
        (await room.AskAsync<decimal>("select sum(used) from probe.counter")).ShouldBe(400);
    }

    [Fact]
    public async Task Connections_cut_under_load_lose_no_acknowledged_unit_and_count_none_twice()
    {
        await using var room = await Room.OpenAsync();
        await using var group = CounterTable.Group(room.Db);
        var done = 0L;
        using var stop = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 64).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                Result<Once<Common.V1.Money>> outcome;
                do outcome = await UntilKnownAsync(group, new Count($"c{caller % 8}", 1), Room.Key($"{caller}/{i}"));
                while (outcome.Fault is not null);
                Interlocked.Increment(ref done);
            }
        })).ToList();
        var cut = 0L;
        for (var i = 0; i < 25; i++)
        {
            var before = Volatile.Read(ref done);
            cut += await room.CutAsync();
            while (Volatile.Read(ref done) == before) await Task.Delay(1); // work goes on after each cut
        }

        await stop.CancelAsync();
        await Task.WhenAll(callers);
        cut.ShouldBeGreaterThan(10);
        (await room.AskAsync<decimal>("select sum(used) from probe.counter")).ShouldBe(done);
    }

    [Fact]
    public async Task More_than_the_queue_holds_is_refused_with_the_time_to_come_back()
    {
        await using var room = await Room.OpenAsync();
        await using var group = CounterTable.Group(room.Db, new GroupLimits(Lanes: 1, BatchMax: 8, QueueMax: 64));
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 500).Select(i => group.SubmitAsync(new Count("a", 1), null, default)));
        var shed = outcomes.Where(o => o.Fault is not null).Select(o => o.Fault!).ToList();
        shed.ShouldNotBeEmpty();
        shed.ShouldAllBe(f => f.Code == Code.ResourceExhausted && f.RetryAfter > TimeSpan.Zero);
        (await room.UsedAsync("a")).ShouldBe(500 - shed.Count);
    }

    [Fact]
    public async Task A_row_held_by_a_stranger_fails_its_unit_and_not_the_neighbours()
    {
        await using var room = await Room.OpenAsync();
        await using var group = CounterTable.Group(room.Db, new GroupLimits(Lanes: 1));
        (await group.SubmitAsync(new Count("held", 1), null, default)).Fault.ShouldBeNull();
        await room.Db.InTransactionAsync(async (tx, ct) =>
        {
            await tx.ExecuteAsync("select from probe.counter where name = 'held' for update", [], ct);
            var held = group.SubmitAsync(new Count("held", 1), null, ct);
            var free = Enumerable.Range(0, 3).Select(i => group.SubmitAsync(new Count($"f{i}", 1), null, ct)).ToList();
            (await Task.WhenAll(free)).ShouldAllBe(f => f.Fault == null);
            (await held).Fault!.Reason.ShouldBe("CONTENDED");
        }, default);
    }

    [Fact]
    public async Task A_caller_who_leaves_while_waiting_withdraws_its_unit()
    {
        await using var room = await Room.OpenAsync();
        await using var group = CounterTable.Group(room.Db, new GroupLimits(Lanes: 1, BatchMax: 1));
        using var leaving = new CancellationTokenSource();
        var first = group.SubmitAsync(new Count("a", 1), null, default);
        var withdrawn = Enumerable.Range(0, 50).Select(_ => group.SubmitAsync(new Count("a", 1), null, leaving.Token)).ToList();
        await leaving.CancelAsync();
        var left = 0;
        foreach (var unit in withdrawn)
        {
            try { await unit; }
            catch (OperationCanceledException) { left++; }
        }

        await first;
        left.ShouldBeGreaterThan(40);
        await group.DisposeAsync();
        (await room.UsedAsync("a")).ShouldBeLessThan(51);
    }

    [Fact]
    public async Task Stopping_finishes_what_was_taken_and_takes_no_more()
    {
        await using var room = await Room.OpenAsync();
        var group = CounterTable.Group(room.Db);
        var taken = Enumerable.Range(0, 100).Select(_ => group.SubmitAsync(new Count("a", 1), null, default)).ToList();
        await group.DisposeAsync();
        (await Task.WhenAll(taken)).ShouldAllBe(t => t.Fault == null);
        (await group.SubmitAsync(new Count("a", 1), null, default)).Fault!.Reason.ShouldBe("STOPPING");
        (await room.UsedAsync("a")).ShouldBe(100);
    }

    [Fact]
    public async Task A_database_away_is_said_so_after_the_patience()
    {
        await using var db = Db.Open("Host=127.0.0.1;Port=1;Username=x;Timeout=1", TimeProvider.System);
        await using var group = CounterTable.Group(db, new GroupLimits { PatienceMax = TimeSpan.FromMilliseconds(50) });
        var e = await Should.ThrowAsync<DatabaseUnavailableException>(group.SubmitAsync(new Count("a", 1), null, default));
        e.OutcomeUnknown.ShouldBeFalse();
    }

    private static async Task<Result<Once<Common.V1.Money>>> UntilKnownAsync(GroupCommit<Count, Common.V1.Money> group, Count unit, RequestKey key)
    {
        while (true)
        {
            try { return await group.SubmitAsync(unit, key, default); }
            catch (DatabaseUnavailableException) { await Task.Delay(5); }
        }
    }
}
