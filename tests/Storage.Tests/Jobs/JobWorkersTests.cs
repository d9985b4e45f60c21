using System.Collections.Concurrent;

namespace Busker.Storage.Tests;

public sealed class JobWorkersTests
{
    private sealed record Ask(int N);

    private static Task<bool> AddAsync(Room room, int n, DateTimeOffset? due = null, string? unique = null) =>
        room.Db.InTransactionAsync((tx, ct) => Jobs.EnqueueAsync(tx, new NewJob(Room.Scope, "probe.job", new Ask(n), due, unique), ct), default);

    private static JobKind Kind(Func<JobRun, CancellationToken, Task> run) => new("probe.job", run) { AttemptsMax = 3 };

    private static Task<long> LeftAsync(Room room) => room.AskAsync<long>("select count(*) from storage.job");

    [Fact]
    public async Task Many_workers_on_two_hosts_run_each_job_once()
    {
        await using var room = await Room.OpenAsync();
        await room.Db.InTransactionAsync((tx, ct) => Jobs.EnqueueAsync(
            tx, Enumerable.Range(0, 120).Select(n => new NewJob(Room.Scope, "probe.job", new Ask(n))).ToList(), ct), default);
        var ran = new ConcurrentBag<int>();
        var kind = Kind((run, _) => { ran.Add(run.Arguments<Ask>().N); return Task.CompletedTask; });
        using var stop = new CancellationTokenSource();
        var hosts = new[] { room.Db, room.Host() }.Select(db => new JobWorkers(db, [kind]).RunAsync(TimeSpan.FromSeconds(5), stop.Token)).ToList();
        while (await LeftAsync(room) > 0) await Task.Delay(10);
        await stop.CancelAsync();
        await Task.WhenAll(hosts);
        ran.Order().ShouldBe(Enumerable.Range(0, 120));
    }

    [Fact]
    public async Task A_job_waits_for_its_due_time()
    {
        var clock = new FakeClock();
        await using var room = await Room.OpenAsync(clock);
        await AddAsync(room, 1, clock.GetUtcNow() + TimeSpan.FromHours(1));
        var workers = new JobWorkers(room.Db, [Kind((_, _) => Task.CompletedTask)]);
        (await workers.RunDueAsync(default)).ShouldBe(0);
        clock.Advance(TimeSpan.FromHours(1));
        (await workers.RunDueAsync(default)).ShouldBe(1);
        (await LeftAsync(room)).ShouldBe(0);
    }

    [Fact]
    public async Task A_failing_job_comes_back_later_each_time_then_is_dead_and_can_be_run_again()
    {
        var clock = new FakeClock();
        await using var room = await Room.OpenAsync(clock);
        await AddAsync(room, 1);
        var broken = true;
        var workers = new JobWorkers(room.Db, [Kind((_, _) => broken ? throw new InvalidOperationException("still broken") : Task.CompletedTask)]);
        (await workers.RunDueAsync(default)).ShouldBe(1);
        (await workers.RunDueAsync(default)).ShouldBe(0, "it backs off");
        clock.Advance(TimeSpan.FromSeconds(1));
        (await workers.RunDueAsync(default)).ShouldBe(1);
        clock.Advance(TimeSpan.FromSeconds(0.9));
        (await workers.RunDueAsync(default)).ShouldBe(0, "the second wait is longer");
        clock.Advance(TimeSpan.FromSeconds(1.1));
        (await workers.RunDueAsync(default)).ShouldBe(1);
        clock.Advance(TimeSpan.FromDays(1));
        (await workers.RunDueAsync(default)).ShouldBe(0);

        var dead = (await room.Db.ReadAsync((tx, ct) => Jobs.DeadAsync(tx, null, Guid.Empty, 10, ct), default)).ShouldHaveSingleItem();
        (dead.Attempts, dead.Error).ShouldBe((3, "InvalidOperationException: still broken"));
        broken = false;
        (await room.Db.InTransactionAsync((tx, ct) => Jobs.RerunAsync(tx, null, dead.Id, ct), default)).ShouldBe(dead);
        (await workers.RunDueAsync(default)).ShouldBe(1);
        (await LeftAsync(room)).ShouldBe(0);
    }

    [Fact]
    public async Task A_silent_worker_loses_its_job_to_another_and_cannot_finish_it_any_more()
    {
        var clock = new FakeClock();
        await using var room = await Room.OpenAsync(clock);
        await AddAsync(room, 1);
        var (runs, taken) = (0, new TaskCompletionSource());
        var kind = Kind(async (run, _) =>
        {
            if (Interlocked.Increment(ref runs) == 1)
            {
                taken.SetResult();
                while (Volatile.Read(ref runs) < 2) await Task.Delay(5, CancellationToken.None);
            }

            await room.Db.InTransactionAsync(async (tx, token) =>
            {
                await tx.ExecuteAsync("insert into probe.seen values ($1, 'job', 0, 1)", [Room.Scope], token);
                await run.FinishAsync(tx, token);
            }, CancellationToken.None);
        });
        var silent = new JobWorkers(room.Db, [kind]).RunDueAsync(default);
        await taken.Task;
        clock.Advance(kind.Lease + TimeSpan.FromSeconds(1));
        (await new JobWorkers(room.Host(clock), [kind]).RunDueAsync(default)).ShouldBe(1);
        await silent;
        runs.ShouldBe(2);
        (await room.AskAsync<long>("select count(*) from probe.seen")).ShouldBe(1, "the effect of the one who lost its lease is undone");
        (await LeftAsync(room)).ShouldBe(0);
    }

    [Fact]
    public async Task A_unique_job_is_added_once_while_it_waits_and_revived_when_dead()
    {
        await using var room = await Room.OpenAsync();
        (await AddAsync(room, 1, unique: "u")).ShouldBeTrue();
        (await AddAsync(room, 2, unique: "u")).ShouldBeFalse();
        await room.AskAsync<int>("update storage.job set state = 1, attempts = 3 returning 1");
        (await AddAsync(room, 3, unique: "u")).ShouldBeTrue();
        var asked = 0;
        await new JobWorkers(room.Db, [Kind((run, _) => Task.FromResult(asked = run.Arguments<Ask>().N))]).RunDueAsync(default);
        asked.ShouldBe(3);
    }

    [Fact]
    public async Task A_recurring_job_runs_once_a_beat_however_many_hosts_there_are()
    {
        var clock = new FakeClock();
        await using var room = await Room.OpenAsync(clock);
        var runs = 0;
        var kind = Kind((_, _) => { Interlocked.Increment(ref runs); return Task.CompletedTask; }) with { Every = TimeSpan.FromMinutes(10) };
        var hosts = new[] { new JobWorkers(room.Db, [kind]), new JobWorkers(room.Host(clock), [kind]) };
        for (var beat = 1; beat <= 3; beat++)
        {
            await Task.WhenAll(hosts.Select(h => h.RunDueAsync(default)));
            runs.ShouldBe(beat);
            clock.Advance(TimeSpan.FromMinutes(10));
        }
    }

    [Fact]
    public async Task A_stopping_host_gives_back_what_it_could_not_end_without_counting_a_try()
    {
        await using var room = await Room.OpenAsync();
        await AddAsync(room, 1);
        var begun = new TaskCompletionSource();
        var kind = Kind(async (_, ct) => { begun.TrySetResult(); await Task.Delay(Timeout.Infinite, ct); });
        using var stop = new CancellationTokenSource();
        var running = new JobWorkers(room.Db, [kind]).RunAsync(TimeSpan.FromMilliseconds(50), stop.Token);
        await begun.Task;
        await stop.CancelAsync();
        await running;
        (await room.AskAsync<int>("select attempts from storage.job where lease is null and due_at <= now()")).ShouldBe(0);
    }

    [Fact]
    public async Task The_house_forgets_old_answers()
    {
        var clock = new FakeClock();
        await using var room = await Room.OpenAsync(clock);
        await room.Db.InTransactionAsync((tx, ct) => Idempotency.FinishAsync(tx, Room.Key("old"), Room.Says(1), ct), default);
        clock.Advance(Idempotency.Kept + TimeSpan.FromMinutes(1));
        await room.Db.InTransactionAsync((tx, ct) => Idempotency.FinishAsync(tx, Room.Key("new"), Room.Says(1), ct), default);
        (await new JobWorkers(room.Db, HouseJobs.All(room.Db)).RunDueAsync(default)).ShouldBe(3);
        (await room.AskAsync<long>("select count(*) from storage.request")).ShouldBe(1);
    }
}
