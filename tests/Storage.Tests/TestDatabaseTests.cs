using Busker.Support;

namespace Busker.Storage.Tests;

public sealed class TestDatabaseTests
{
    [Fact]
    public async Task Each_copy_of_a_template_is_its_own_and_the_template_is_prepared_once()
    {
        var prepared = 0;
        async Task Prepare(Npgsql.NpgsqlDataSource source)
        {
            Interlocked.Increment(ref prepared);
            await using var command = source.CreateCommand("create table t as select 1 as n");
            await command.ExecuteNonQueryAsync();
        }

        var copies = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => TestDatabase.CreateAsync("each-copy", Prepare)));
        foreach (var copy in copies)
        {
            await using var command = copy.Source.CreateCommand("insert into t values (2); select count(*) from t");
            (await command.ExecuteScalarAsync()).ShouldBe(2L);
        }

        prepared.ShouldBe(1);
        foreach (var copy in copies) await copy.DisposeAsync();
    }
}
