using Busker.Common.V1;
using Busker.Operations.V1;
using Busker.Support;

namespace Busker.Operations.Tests;

public sealed class ListDeadJobsTests
{
    [Fact]
    public async Task A_tenant_sees_its_own_dead_jobs_with_why_and_an_operator_sees_all()
    {
        await using var room = await DeadJobs.OpenAsync();
        (await DeadJobs.ListAsync(room)).ShouldBeEmpty();
        await DeadJobs.DieAsync(room, room.Scope, "ann");
        await DeadJobs.DieAsync(room, Guid.Empty, "house");
        var dead = (await DeadJobs.ListAsync(room)).ShouldHaveSingleItem();
        (dead.Kind, dead.Error, dead.Attempts).ShouldBe(("test.greet", "InvalidOperationException: ann is not at home", 1));
        dead.Arguments.StructValue.Fields["whom"].StringValue.ShouldBe("ann");
        dead.DeathTime.ToDateTimeOffset().ShouldBe(room.Clock.GetUtcNow(), TimeSpan.FromSeconds(1));
        (await DeadJobs.ListAsync(room, DeadJobs.Operator)).Select(d => d.ScopeId).ShouldBe([room.Scope.ToString(), ""]);
    }

    [Fact]
    public async Task Pages_follow_each_other_without_gap_or_repeat()
    {
        await using var room = await DeadJobs.OpenAsync();
        foreach (var whom in new[] { "ann", "bob", "cyd" }) await DeadJobs.DieAsync(room, room.Scope, whom);
        List<string> seen = [];
        var page = new PageRequest { PageSize = 2 };
        do
        {
            var answer = (await room.AskAsync<ListDeadJobsRequest, ListDeadJobsResponse>(new ListDeadJobsRequest { Page = page })).Value;
            seen.AddRange(answer.Jobs.Select(j => j.Arguments.StructValue.Fields["whom"].StringValue));
            page.PageToken = answer.NextPageToken;
        }
        while (page.PageToken.Length > 0);
        seen.Order().ShouldBe(["ann", "bob", "cyd"]);
        var wrong = await room.AskAsync<ListDeadJobsRequest, ListDeadJobsResponse>(new ListDeadJobsRequest { Page = new PageRequest { PageSize = 501 } });
        wrong.Fault!.Field.ShouldBe("page.page_size");
    }
}
