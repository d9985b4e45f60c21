using Busker.Kernel;
using Busker.Operations.V1;
using Busker.Rpc;
using Busker.Storage;
using Busker.Support;

namespace Busker.Operations.Tests;

/// <summary>The room, and jobs that fail on their only try.</summary>
internal static class DeadJobs
{
    public static readonly Principal Operator = TestRoom.Caller(Guid.CreateVersion7(), "tenancy.operate");

    public static Task<TestRoom> OpenAsync() => TestRoom.OpenAsync([], s => s.AddOperations());

    /// <summary>Adds a job and lets it fail for good.</summary>
    public static async Task DieAsync(TestRoom room, Guid scope, string whom)
    {
        await room.Db.InTransactionAsync((tx, ct) => Jobs.EnqueueAsync(tx, new NewJob(scope, "test.greet", new { whom }), ct), default);
        (await RunAsync(room, (_, _) => throw new InvalidOperationException($"{whom} is not at home"))).ShouldBe(1);
    }

    /// <summary>Runs what is due.</summary>
    /// <returns>How many runs were made.</returns>
    public static Task<int> RunAsync(TestRoom room, Func<JobRun, CancellationToken, Task> run) =>
        new JobWorkers(room.Db, [new JobKind("test.greet", run) { AttemptsMax = 1 }]).RunDueAsync(default);

    public static async Task<IReadOnlyList<V1.DeadJob>> ListAsync(TestRoom room, Principal? who = null) =>
        (await room.AskAsync<ListDeadJobsRequest, ListDeadJobsResponse>(new ListDeadJobsRequest(), who: who)).Value.Jobs;

    public static Task<Result<RerunDeadJobResponse>> RerunAsync(TestRoom room, string id, string? requestId = null, Principal? who = null) =>
        room.AskAsync<RerunDeadJobRequest, RerunDeadJobResponse>(new RerunDeadJobRequest { JobId = id }, requestId, who: who);

    public static Task<Result<DropDeadJobResponse>> DropAsync(TestRoom room, string id, Principal? who = null) =>
        room.AskAsync<DropDeadJobRequest, DropDeadJobResponse>(new DropDeadJobRequest { JobId = id }, who: who);
}
