using Busker.Common.V1;
using Busker.Kernel;

namespace Busker.Storage.Tests;

public sealed class IdempotencyTests
{
    private static Task<Result<Once<Common.V1.Money>>> CountAsync(Room room, RequestKey? key) =>
        Idempotency.OnceAsync<Common.V1.Money>(room.Db, key, async (tx, ct) => Room.Says(await tx.OneAsync(
            "insert into probe.counter values ($1, 'a', 1) on conflict (tenant_id, name) do update set used = probe.counter.used + 1 returning used",
            [Room.Scope], r => r.GetInt64(0), ct)), default);

    [Fact]
    public async Task A_repeat_gets_the_first_answer_and_says_so()
    {
        await using var room = await Room.OpenAsync();
        (await CountAsync(room, Room.Key("r"))).Value.ShouldBe(new(Room.Says(1), Replayed: false));
        (await CountAsync(room, Room.Key("r"))).Value.ShouldBe(new(Room.Says(1), Replayed: true));
        (await CountAsync(room, null)).Value.Answer.AmountMinor.ShouldBe(2);
    }

    [Fact]
    public async Task The_same_id_is_another_request_for_another_principal_method_or_scope()
    {
        await using var room = await Room.OpenAsync();
        var key = Room.Key("r");
        foreach (var other in new[] { key, key with { Principal = Guid.Empty }, key with { Method = "m" }, key with { Scope = Guid.Empty } })
            (await CountAsync(room, other)).Value.Replayed.ShouldBeFalse();
        (await room.UsedAsync("a")).ShouldBe(4);
    }

    [Fact]
    public async Task Another_body_under_the_same_id_is_refused()
    {
        await using var room = await Room.OpenAsync();
        await CountAsync(room, Room.Key("r"));
        var fault = (await CountAsync(room, Room.Key("r", body: 9))).Fault!;
        (fault.Code, fault.Reason, fault.Field).ShouldBe((Code.FailedPrecondition, "REQUEST_ID_REUSED", "request_id"));
    }

    [Fact]
    public async Task A_repeat_during_the_first_call_is_told_to_come_back()
    {
        await using var room = await Room.OpenAsync();
        await room.Db.InTransactionAsync(async (tx, ct) =>
        {
            (await Idempotency.BeginAsync<Common.V1.Money>(tx, Room.Key("r"), ct)).ShouldBeNull();
            var fault = (await CountAsync(room, Room.Key("r"))).Fault!;
            (fault.Code, fault.Reason).ShouldBe((Code.Aborted, "REQUEST_IN_PROGRESS"));
            fault.RetryAfter.ShouldNotBeNull();
        }, default);
    }

    [Fact]
    public async Task A_refusal_is_not_kept()
    {
        await using var room = await Room.OpenAsync();
        var refused = await Idempotency.OnceAsync<Common.V1.Money>(room.Db, Room.Key("r"),
            (_, _) => Task.FromResult<Result<Common.V1.Money>>(new Fault(Code.NotFound, "NONE", "None.")), default);
        refused.Fault!.Reason.ShouldBe("NONE");
        (await CountAsync(room, Room.Key("r"))).Value.Replayed.ShouldBeFalse();
    }

    [Fact]
    public async Task A_claim_holds_until_its_patience_is_over_and_then_may_be_taken_up()
    {
        var clock = new FakeClock();
        await using var room = await Room.OpenAsync(clock);
        Task<Result<Once<Common.V1.Money>>?> Claim() => room.Db.InTransactionAsync(
            (tx, ct) => Idempotency.ClaimAsync<Common.V1.Money>(tx, Room.Key("r"), TimeSpan.FromMinutes(1), ct), default);
        (await Claim()).ShouldBeNull();
        (await Claim())!.Value.Fault!.Reason.ShouldBe("REQUEST_IN_PROGRESS");
        clock.Advance(TimeSpan.FromMinutes(2));
        (await Claim()).ShouldBeNull();
        await room.Db.InTransactionAsync((tx, ct) => Idempotency.FinishAsync(tx, Room.Key("r"), Room.Says(7), ct), default);
        (await Claim())!.Value.Value.ShouldBe(new(Room.Says(7), Replayed: true));
    }
}
