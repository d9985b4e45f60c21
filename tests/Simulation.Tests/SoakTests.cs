using Busker.Cli.Soak;
using Busker.Support;
using Npgsql;

namespace Busker.Simulation.Tests;

public sealed class SoakTests
{
    [Fact]
    public async Task Killing_hosts_and_database_under_load_loses_doubles_and_exceeds_nothing()
    {
        var report = await RunAsync(new SoakPlan(Seed: 7, TimeSpan.FromSeconds(9), Workers: 16, Listeners: 6, Limit: 300, Pause: TimeSpan.FromMilliseconds(400)));
        report.Wrongs.ShouldBeEmpty();
        (report.HostKills + report.DatabaseKills).ShouldBeGreaterThan(0);
        report.Admitted.ShouldBeGreaterThan(0);
        report.Capped.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Planted_errors_are_seen()
    {
        var quiet = new SoakPlan(Seed: 3, TimeSpan.FromSeconds(1), Workers: 12, Listeners: 3, Limit: 50_000, Pause: TimeSpan.FromMinutes(1));
        var report = await RunAsync(quiet, """
            update entitlements.listener l set version = version + 1,
                counts = jsonb_set(l.counts::jsonb, '{0,used}', to_jsonb((l.counts #>> '{0,used}')::bigint + (array[-1, 1, 50000])[n]))::json
            from (select listener_id, row_number() over (order by listener_id) n from entitlements.listener) r where l.listener_id = r.listener_id
            """);
        report.Wrongs.ShouldContain("l0: 1 acknowledged units are lost");
        report.Wrongs.ShouldContain("l1: 1 units are counted twice");
        report.Wrongs.ShouldContain(w => w.StartsWith("l2: ", StringComparison.Ordinal) && w.EndsWith("of 50000 units were admitted", StringComparison.Ordinal));
    }

    private static async Task<SoakReport> RunAsync(SoakPlan plan, string? meddle = null)
    {
        var home = Directory.CreateTempSubdirectory("busker-soak-");
        try
        {
            await using var field = await SoakField.OpenAsync(home.FullName, Checkout.Engines, hosts: 2, default);
            return await new SoakRun(field, plan).RunAsync(meddle is null ? null : () => ExecuteAsync(field.ConnectionString, meddle), default);
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        (await command.ExecuteNonQueryAsync()).ShouldBe(3);
    }
}
