using Busker.Kernel;

namespace Busker.Storage.Tests;

public sealed class AuditTests
{
    private static readonly Author Ann = new(Room.Scope, Guid.CreateVersion7(DateTimeOffset.UnixEpoch), "busker.catalog.v1.Catalog.Publish", "req-1");

    private static Task WriteAsync(Room room, Author author, string subject, string? before, string? after) =>
        room.Db.InTransactionAsync((tx, ct) => Audit.AppendAsync(tx, author, subject, before, after, ct), default);

    private static Task<IReadOnlyList<AuditEntry>> FindAsync(Room room, AuditFilter filter, Guid? before = null, int most = 10) =>
        room.Db.ReadAsync((tx, ct) => Audit.SearchAsync(tx, Room.Scope, filter, before, most, ct), default);

    [Fact]
    public async Task An_entry_is_found_by_what_it_says_and_never_by_another_scope()
    {
        var clock = new FakeClock();
        await using var room = await Room.OpenAsync(clock);
        var began = clock.GetUtcNow();
        await WriteAsync(room, Ann, "prod_1", null, """{"name": "Gold"}""");
        clock.Advance(TimeSpan.FromMinutes(1));
        await WriteAsync(room, Ann with { Method = "m", RequestId = "req-2" }, "prod_2", """{"a": 1}""", null);
        await WriteAsync(room, Ann with { Scope = Guid.Empty }, "prod_1", null, null);

        (await FindAsync(room, new())).Select(e => e.Subject).ShouldBe(["prod_2", "prod_1"]);
        var gold = (await FindAsync(room, new(Subject: "prod_1"))).ShouldHaveSingleItem();
        (gold.Author, gold.At, gold.Before, gold.After).ShouldBe((Ann, began, null, """{"name": "Gold"}"""));
        (await FindAsync(room, new(RequestId: "req-2"))).ShouldHaveSingleItem().Before.ShouldBe("""{"a": 1}""");
        (await FindAsync(room, new(Method: "m"))).Count.ShouldBe(1);
        (await FindAsync(room, new(Principal: Guid.Empty))).ShouldBeEmpty();
        (await FindAsync(room, new(From: began, To: began.AddMinutes(1)))).ShouldHaveSingleItem().Subject.ShouldBe("prod_1");
    }

    [Fact]
    public async Task Pages_meet_without_overlap()
    {
        var clock = new FakeClock();
        await using var room = await Room.OpenAsync(clock);
        for (var i = 0; i < 7; i++)
        {
            await WriteAsync(room, Ann, $"s{i}", null, "{}");
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        var seen = new List<string>();
        for (var page = await FindAsync(room, new(), null, 3); page.Count > 0; page = await FindAsync(room, new(), page[^1].Id, 3))
            seen.AddRange(page.Select(e => e.Subject));
        seen.ShouldBe(["s6", "s5", "s4", "s3", "s2", "s1", "s0"]);
    }

    [Fact]
    public async Task An_entry_is_gone_with_the_change_that_was_rolled_back()
    {
        await using var room = await Room.OpenAsync();
        await room.Db.InTransactionAsync<Result<int>>(async (tx, ct) =>
        {
            await Audit.AppendAsync(tx, Ann, "s", null, "{}", ct);
            return new Fault(Code.Aborted, "NO", "No.");
        }, default);
        (await FindAsync(room, new())).ShouldBeEmpty();
    }
}
