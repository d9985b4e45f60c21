using Busker.Kernel;
using Busker.Rpc;
using Busker.Support;

namespace Busker.Operations.Tests;

public sealed class RerunDeadJobTests
{
    [Fact]
    public async Task A_dead_job_runs_again_once_and_the_audit_log_tells_who_let_it()
    {
        await using var room = await DeadJobs.OpenAsync();
        await DeadJobs.DieAsync(room, room.Scope, "ann");
        var dead = (await DeadJobs.ListAsync(room)).Single();
        (await DeadJobs.RerunAsync(room, dead.JobId, "once")).Fault.ShouldBeNull();
        (await DeadJobs.RerunAsync(room, dead.JobId, "once")).Fault.ShouldBeNull();
        room.LastReplayed.ShouldBeTrue();
        (await DeadJobs.ListAsync(room)).ShouldBeEmpty();
        List<int> attempts = [];
        (await DeadJobs.RunAsync(room, (run, _) => { attempts.Add(run.Attempt); return Task.CompletedTask; })).ShouldBe(1);
        attempts.ShouldBe([1]);
        (await room.CountAsync("storage.job")).ShouldBe(0);
        (await room.CountAsync($"storage.audit where subject = '{dead.JobId}' and before ->> 'error' like '%not at home' and after ->> 'state' = 'waiting'")).ShouldBe(1);
    }

    [Fact]
    public async Task What_is_not_dead_or_anothers_is_not_found()
    {
        await using var room = await DeadJobs.OpenAsync();
        await DeadJobs.DieAsync(room, room.Scope, "ann");
        var dead = (await DeadJobs.ListAsync(room)).Single().JobId;
        (await DeadJobs.RerunAsync(room, dead, who: TestRoom.Caller(Guid.CreateVersion7()))).Fault!.Reason.ShouldBe("DEAD_JOB_NOT_FOUND");
        (await DeadJobs.RerunAsync(room, "job_nonsense")).Fault!.Field.ShouldBe("job_id");
        (await DeadJobs.RerunAsync(room, dead)).Fault.ShouldBeNull();
        (await DeadJobs.RerunAsync(room, dead)).Fault!.Code.ShouldBe(Code.NotFound);
    }

    [Fact]
    public async Task An_operator_runs_a_job_of_the_house()
    {
        await using var room = await DeadJobs.OpenAsync();
        await DeadJobs.DieAsync(room, Guid.Empty, "house");
        var dead = (await DeadJobs.ListAsync(room, DeadJobs.Operator)).Single().JobId;
        (await DeadJobs.RerunAsync(room, dead)).Fault!.Code.ShouldBe(Code.NotFound);
        (await DeadJobs.RerunAsync(room, dead, who: DeadJobs.Operator)).Fault.ShouldBeNull();
    }
}
