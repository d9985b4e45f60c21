using Busker.Support;
using Npgsql;

namespace Busker.Storage.Tests;

public sealed class OutsidePostgresTests
{
    [Fact]
    public async Task A_server_of_ones_own_is_taken_as_keywords_or_as_an_address()
    {
        await using var database = await TestDatabase.CreateAsync();
        var its = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        var address = $"postgres://{its.Username}:{Uri.EscapeDataString(its.Password!)}@{its.Host}:{its.Port}/{its.Database}";
        foreach (var given in new[] { database.ConnectionString, address })
        {
            var taken = new NpgsqlConnectionStringBuilder((await OutsidePostgres.CheckAsync(given, default)).Value);
            (taken.Host, taken.Port, taken.Database).ShouldBe((its.Host, its.Port, its.Database));
        }
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Port=1;Username=a;Password=b", "POSTGRES_UNREACHABLE")]
    [InlineData("Colour=blue", "POSTGRES_CONNECTION_STRING")]
    [InlineData("postgres://", "POSTGRES_CONNECTION_STRING")]
    public async Task A_server_that_cannot_be_used_is_refused_in_one_sentence(string given, string reason)
    {
        var fault = (await OutsidePostgres.CheckAsync(given, default)).Fault.ShouldNotBeNull();
        fault.Reason.ShouldBe(reason);
        fault.Message.ShouldNotContain('\n');
    }

    [Fact]
    public async Task A_wrong_password_is_refused_in_one_sentence()
    {
        await using var database = await TestDatabase.CreateAsync();
        var guess = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Password = "guess" };
        (await OutsidePostgres.CheckAsync(guess.ConnectionString, default)).Fault.ShouldNotBeNull().Message.ShouldContain("password");
    }

    [Fact]
    public void A_server_older_than_15_is_refused_with_its_version() =>
        OutsidePostgres.TooOld(13).Message.ShouldContain("PostgreSQL 13");
}
