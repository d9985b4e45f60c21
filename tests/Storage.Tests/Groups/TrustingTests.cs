using Busker.Kernel;

namespace Busker.Storage.Tests;

/// <summary>A batch takes for granted that its requests are new; what a repeat hears must not show it.</summary>
public sealed class TrustingTests
{
    [Fact]
    public async Task A_repeat_through_a_host_that_never_saw_the_request_gets_the_first_answer_and_so_do_its_new_neighbours()
    {
        await using var room = await Room.OpenAsync();
        await using var one = CounterTable.Group(room.Db);
        await using var two = CounterTable.Group(room.Host(), new GroupLimits(Lanes: 1));
        (await one.SubmitAsync(new Count("a", 5), Room.Key("r"), default)).Value.Replayed.ShouldBeFalse();
        var settled = await two.SubmitAllAsync([(new Count("b", 1), Room.Key("s")), (new Count("a", 5), Room.Key("r")), (new Count("c", 1), Room.Key("t"))], default);
        settled.ShouldAllBe(s => s.Failure == null && s.Outcome.Fault == null);
        settled.Select(s => s.Outcome.Value.Replayed).ShouldBe([false, true, false]);
        (await room.UsedAsync("a")).ShouldBe(5);
    }

    [Fact]
    public async Task A_repeat_that_now_would_be_refused_gets_the_first_answer()
    {
        await using var room = await Room.OpenAsync();
        await using var one = CounterTable.Group(room.Db);
        await using var two = CounterTable.Group(room.Host());
        await one.SubmitAsync(new Count("a", 1, 1), Room.Key("r"), default);
        (await two.SubmitAsync(new Count("a", 1, 1), Room.Key("new"), default)).Fault!.Reason.ShouldBe("CAPPED");
        (await two.SubmitAsync(new Count("a", 1, 1), Room.Key("r"), default)).Value.ShouldBe(new(Room.Says(1), Replayed: true));
    }

    [Fact]
    public async Task A_commit_lost_on_the_way_is_found_by_its_request_and_not_done_again()
    {
        await using var room = await Room.OpenAsync();
        await using var wire = room.Wire();
        await using var group = CounterTable.Group(room.HostThrough(wire));
        (await group.SubmitAsync(new Count("a", 1), Room.Key("1"), default)).Value.Answer.AmountMinor.ShouldBe(1);
        wire.LoseNextCommit();
        (await group.SubmitAsync(new Count("a", 1), Room.Key("2"), default)).Value.Answer.ShouldBe(Room.Says(2));
        wire.Lost.ShouldBe(1);
        (await room.UsedAsync("a")).ShouldBe(2);
    }

    [Fact]
    public async Task Of_many_in_one_call_each_has_its_own_outcome()
    {
        await using var room = await Room.OpenAsync();
        await using var group = CounterTable.Group(room.Db);
        var settled = await group.SubmitAllAsync(
            [(new Count("a", 1), Room.Key("1")), (new Count("evil", 666), Room.Key("2")), (new Count("a", 13), Room.Key("3")), (new Count("a", 1, 1), Room.Key("4")), (new Count("a", 1), null)], default);
        settled[0].Outcome.Value.Answer.ShouldBe(Room.Says(1));
        settled[1].Failure.ShouldBeOfType<Npgsql.PostgresException>().SqlState.ShouldBe("23514");
        settled[2].Failure.ShouldBeOfType<InvariantException>();
        settled[3].Outcome.Fault!.Reason.ShouldBe("CAPPED");
        settled[4].Outcome.Value.Answer.ShouldBe(Room.Says(2));
        (await group.SubmitAllAsync([], default)).ShouldBeEmpty();
    }

    [Fact]
    public void A_request_id_that_tells_its_time_gives_rows_in_that_order()
    {
        var names = Enumerable.Range(0, 50).Select(i => Idempotency.Name(Room.Key(Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddYears(55).AddMilliseconds(i)).ToString("N")))).ToList();
        names.Select(n => n.ToString("N")).ShouldBeInOrder();
        names.Distinct().Count().ShouldBe(50);
        Idempotency.Name(Room.Key("a")).ShouldNotBe(Idempotency.Name(Room.Key("b")));
    }
}
