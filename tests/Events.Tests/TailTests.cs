using Busker.Storage;
using Busker.Support;

namespace Busker.Events.Tests;

public sealed class TailTests
{
    [Fact]
    public async Task A_tail_made_before_the_first_migration_works_after_it()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var db = Db.Open(database.ConnectionString, TimeProvider.System);
        await using var tail = new OutboxTail(db);
        await Task.Delay(100); // long enough for a reader that would start at once to find no table
        await Migrator.ApplyAsync(db, [], default);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await using var watch = await tail.OpenAsync(null, [], patience.Token);
        watch.FellBehind.ShouldBeFalse();
    }
}
