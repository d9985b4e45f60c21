using Busker.Kernel;
using Npgsql;

namespace Busker.Storage.Tests;

public sealed class DbTests
{
    private const string Count = "insert into probe.counter values ($1, $2, 1) on conflict (tenant_id, name) do update set used = probe.counter.used + 1";

    [Fact]
    public async Task A_refusal_rolls_back_what_was_written_before_it()
    {
        await using var room = await Room.OpenAsync();
        var result = await room.Db.InTransactionAsync<Result<int>>(async (tx, ct) =>
        {
            await tx.ExecuteAsync(Count, [Room.Scope, "a"], ct);
            return new Fault(Code.FailedPrecondition, "NO", "No.");
        }, default);
        result.Fault!.Reason.ShouldBe("NO");
        (await room.UsedAsync("a")).ShouldBe(0);
    }

    [Fact]
    public async Task A_deadlock_is_run_again_until_both_have_committed()
    {
        await using var room = await Room.OpenAsync();
        var met = new TaskCompletionSource();
        var first = 0;
        async Task Cross(string one, string two)
        {
            await room.Db.InTransactionAsync(async (tx, ct) =>
            {
                await tx.ExecuteAsync(Count, [Room.Scope, one], ct);
                if (Interlocked.Increment(ref first) == 2) met.TrySetResult();
                await met.Task;
                await tx.ExecuteAsync(Count, [Room.Scope, two], ct);
            }, default);
        }

        await Task.WhenAll(Cross("a", "b"), Cross("b", "a"));
        (await room.UsedAsync("a")).ShouldBe(2);
        (await room.UsedAsync("b")).ShouldBe(2);
        first.ShouldBeGreaterThan(2, "one of the two was the victim");
    }

    [Fact]
    public async Task A_connection_cut_before_the_commit_is_run_again_and_counts_once()
    {
        await using var room = await Room.OpenAsync();
        var runs = 0;
        await room.Db.InTransactionAsync(async (tx, ct) =>
        {
            await tx.ExecuteAsync(Count, [Room.Scope, "a"], ct);
            if (++runs == 1) await room.CutAsync("busker");
            await tx.ExecuteAsync(Count, [Room.Scope, "b"], ct);
        }, default);
        runs.ShouldBe(2);
        (await room.UsedAsync("a")).ShouldBe(1);
    }

    [Fact]
    public async Task A_connection_cut_before_the_commit_is_found_out_and_the_work_is_done_again()
    {
        await using var room = await Room.OpenAsync();
        var runs = 0;
        await room.Db.InTransactionAsync(async (tx, ct) =>
        {
            await tx.ExecuteAsync(Count, [Room.Scope, "a"], ct);
            if (++runs == 1) await room.CutAsync("busker");
        }, default);
        runs.ShouldBe(2);
        (await room.UsedAsync("a")).ShouldBe(1);
    }

    [Fact]
    public async Task A_database_that_is_away_is_one_typed_refusal()
    {
        await using var db = Db.Open("Host=127.0.0.1;Port=1;Username=x;Timeout=1", TimeProvider.System);
        var e = await Should.ThrowAsync<DatabaseUnavailableException>(db.InTransactionAsync((_, _) => Task.CompletedTask, default));
        e.Fault.Code.ShouldBe(Code.Unavailable);
        e.Fault.Reason.ShouldBe("DATABASE_UNAVAILABLE");
        e.OutcomeUnknown.ShouldBeFalse();
        e.Fault.RetryAfter.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_read_sees_one_moment_and_cannot_write()
    {
        await using var room = await Room.OpenAsync();
        await room.Db.ReadAsync(async (tx, ct) =>
        {
            var before = await tx.OneAsync("select count(*) from probe.counter", [], r => r.GetInt64(0), ct);
            await room.Db.InTransactionAsync((t, c) => t.ExecuteAsync(Count, [Room.Scope, "late"], c), ct);
            (await tx.OneAsync("select count(*) from probe.counter", [], r => r.GetInt64(0), ct)).ShouldBe(before);
            return 0;
        }, default);
        await Should.ThrowAsync<Exception>(room.Db.ReadAsync(
            (tx, ct) => tx.ExecuteAsync(Count, [Room.Scope, "never"], ct), default));
        (await room.UsedAsync("never")).ShouldBe(0);
    }
}
