using Busker.Support;

namespace Busker.Storage.Tests;

public sealed class MigratorTests
{
    private static Migrator.Script Script(string name, string text = "select 1") => new("Demo", name, text);

    private static async Task<(TestDatabase, Db)> EmptyAsync()
    {
        var database = await TestDatabase.CreateAsync();
        return (database, Db.Open(database.ConnectionString, TimeProvider.System));
    }

    private static async Task<string> RefusalAsync(Db db, params Migrator.Script[] scripts) =>
        (await Should.ThrowAsync<MigrationException>(Migrator.ApplyAsync(db, [.. scripts], default))).Message;

    [Fact]
    public async Task Hosts_that_start_at_once_apply_each_script_once()
    {
        var (database, first) = await EmptyAsync();
        await using var own = database;
        var hosts = Enumerable.Range(0, 6).Select(_ => Db.Open(database.ConnectionString, TimeProvider.System)).Append(first).ToList();
        var applied = await Task.WhenAll(hosts.Select(h => Migrator.ApplyAsync(h, [typeof(Room).Assembly], default)));
        applied.SelectMany(a => a).ShouldBeUnique();
        applied.Count(a => a.Count > 0).ShouldBe(1);
        applied.SelectMany(a => a).ShouldContain("Probe/0001_counter.sql");
        foreach (var host in hosts) await host.DisposeAsync();
    }

    [Fact]
    public async Task A_changed_missing_late_doubled_or_misnamed_script_is_refused_in_a_clear_sentence()
    {
        var (database, db) = await EmptyAsync();
        await using var own = database;
        await using var host = db;
        await Migrator.ApplyAsync(db, [Script("0001_a.sql"), Script("0003_c.sql")], default);
        (await RefusalAsync(db, Script("0001_a.sql", "select 2"), Script("0003_c.sql")))
            .ShouldStartWith("Demo/0001_a.sql was changed after it was applied");
        (await RefusalAsync(db, Script("0001_a.sql"))).ShouldContain("newer than this program");
        (await RefusalAsync(db, Script("0001_a.sql"), Script("0002_b.sql"), Script("0003_c.sql")))
            .ShouldContain("numbered before 0003_c.sql");
        (await RefusalAsync(db, Script("0004_a.sql"), Script("0004_b.sql"))).ShouldContain("one number");
        (await RefusalAsync(db, Script("4_a.sql"))).ShouldContain("NNNN_name.sql");
    }

    [Fact]
    public async Task A_script_that_fails_is_named_with_the_reason_and_leaves_nothing()
    {
        var (database, db) = await EmptyAsync();
        await using var own = database;
        await using var host = db;
        (await RefusalAsync(db, Script("0001_a.sql", "create table half (n int);\ncreate tabel x ()")))
            .ShouldBe("Demo/0001_a.sql fails, and was undone: syntax error at or near \"tabel\" (42601).");
        await Migrator.ApplyAsync(db, [Script("0001_a.sql", "create table half (n int)")], default);
    }
}
