using Busker.Kernel;
using Busker.Support;

namespace Busker.Operations.Tests;

public sealed class DropDeadJobTests
{
    [Fact]
    public async Task A_dead_job_is_gone_and_the_audit_log_keeps_what_it_was()
    {
        await using var room = await DeadJobs.OpenAsync();
        await DeadJobs.DieAsync(room, room.Scope, "ann");
        var dead = (await DeadJobs.ListAsync(room)).Single().JobId;
        (await DeadJobs.DropAsync(room, dead, TestRoom.Caller(Guid.CreateVersion7()))).Fault!.Code.ShouldBe(Code.NotFound);
        (await DeadJobs.DropAsync(room, dead)).Fault.ShouldBeNull();
        (await room.CountAsync("storage.job")).ShouldBe(0);
        (await room.CountAsync($"storage.audit where subject = '{dead}' and before ->> 'kind' = 'test.greet' and after is null")).ShouldBe(1);
        (await DeadJobs.DropAsync(room, dead)).Fault!.Reason.ShouldBe("DEAD_JOB_NOT_FOUND");
    }
}
