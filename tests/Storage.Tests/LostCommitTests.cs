using Busker.Kernel;

namespace Busker.Storage.Tests;

/// <summary>The server committed, and the answer was lost on the way.</summary>
public sealed class LostCommitTests
{
    [Fact]
    public async Task A_group_asks_the_server_and_tells_the_outcome_that_is_true()
    {
        await using var room = await Room.OpenAsync();
        await using var wire = room.Wire();
        await using var group = CounterTable.Group(room.HostThrough(wire));
        (await group.SubmitAsync(new Count("a", 1), null, default)).Value.Answer.AmountMinor.ShouldBe(1);
        wire.LoseNextCommit();
        var outcome = await group.SubmitAsync(new Count("a", 1), null, default);
        wire.Lost.ShouldBe(1);
        outcome.Value.ShouldBe(new(Room.Says(2), Replayed: false));
        (await room.UsedAsync("a")).ShouldBe(2, "neither lost nor counted twice, though no request key was there to tell");
    }

    private static Task<Result<Once<Common.V1.Money>>> CountAsync(Db db) => Idempotency.OnceAsync<Common.V1.Money>(db, Room.Key("r"), async (tx, ct) =>
    {
        await tx.ExecuteAsync("insert into probe.counter values ($1, 'a', 1)", [Room.Scope], ct);
        return Room.Says(1);
    }, default);

    [Fact]
    public async Task A_single_transaction_asks_the_server_too()
    {
        await using var room = await Room.OpenAsync();
        await using var wire = room.Wire();
        var db = room.HostThrough(wire);
        wire.LoseNextCommit();
        (await CountAsync(db)).Value.ShouldBe(new(Room.Says(1), Replayed: false));
        wire.Lost.ShouldBe(1);
        (await CountAsync(db)).Value.ShouldBe(new(Room.Says(1), Replayed: true));
        (await room.UsedAsync("a")).ShouldBe(1);
    }

    [Fact]
    public async Task A_commit_that_never_reached_the_server_is_done_again()
    {
        await using var room = await Room.OpenAsync();
        await using var wire = room.Wire();
        var db = room.HostThrough(wire);
        wire.LoseNextRequestOf("COMMIT"u8);
        (await CountAsync(db)).Value.ShouldBe(new(Room.Says(1), Replayed: false));
        wire.Lost.ShouldBe(1);
        (await room.UsedAsync("a")).ShouldBe(1);
    }

    [Fact]
    public async Task While_the_server_stays_away_the_outcome_is_unknown_and_a_repeat_with_the_same_key_finds_the_answer()
    {
        await using var room = await Room.OpenAsync();
        await using var wire = room.Wire();
        var db = room.HostThrough(wire);
        db.DoubtMax = TimeSpan.FromMilliseconds(300);
        wire.LoseNextCommit(andEverythingAfter: true);
        (await Should.ThrowAsync<DatabaseUnavailableException>(CountAsync(db))).OutcomeUnknown.ShouldBeTrue();
        wire.Mend();
        (await CountAsync(db)).Value.ShouldBe(new(Room.Says(1), Replayed: true));
        (await room.UsedAsync("a")).ShouldBe(1);
    }
}
