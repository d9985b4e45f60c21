using System.CommandLine;
using Busker.Cli.Soak;
using Spectre.Console;

namespace Busker.Cli.Commands;

/// <summary><c>busker soak</c>: kills hosts and database under load and checks that nothing is lost, doubled or exceeded.</summary>
internal static class SoakCommand
{
    public static IEnumerable<Command> All => [Soak(), Host()];

    private static Command Soak()
    {
        var seconds = new Option<int>("--seconds") { Description = "How long to kill.", DefaultValueFactory = _ => 60 };
        var hosts = new Option<int>("--hosts") { Description = "Hosts on the one database.", DefaultValueFactory = _ => 2 };
        var seed = new Option<ulong>("--seed") { Description = "Decides what is consumed and what is killed when.", DefaultValueFactory = _ => 1 };
        var engines = new Option<string>("--engines") { Description = "Where PostgreSQL's binaries are installed.", DefaultValueFactory = _ => "engines" };
        var command = new Command("soak", "Kills hosts and database under load; nothing acknowledged may be lost, doubled or exceeded.") { seconds, hosts, seed, engines };
        command.SetAction((parsed, ct) => RunAsync(
            new SoakPlan(parsed.GetValue(seed), TimeSpan.FromSeconds(parsed.GetValue(seconds)), Limit: 50_000),
            parsed.GetValue(hosts), parsed.GetValue(engines)!, ct));
        return command;
    }

    private static Command Host()
    {
        var postgres = new Option<string>("--postgres") { Required = true };
        var port = new Option<int>("--port") { Required = true };
        var command = new Command("soak-host", "One host of a soak.") { Hidden = true, Options = { postgres, port } };
        command.SetAction((parsed, ct) => SoakHost.RunAsync(parsed.GetValue(postgres)!, parsed.GetValue(port), ct));
        return command;
    }

    private static async Task<int> RunAsync(SoakPlan plan, int hosts, string engines, CancellationToken ct)
    {
        var home = Directory.CreateTempSubdirectory("busker-soak-");
        try
        {
            AnsiConsole.MarkupLineInterpolated($"Killing for {plan.Time.TotalSeconds} s with seed {plan.Seed}: {plan.Workers} callers, {hosts} hosts, one database …");
            await using var field = await SoakField.OpenAsync(home.FullName, Path.GetFullPath(engines), hosts, ct);
            var report = await new SoakRun(field, plan).RunAsync(meddle: null, ct);
            Show(report);
            return report.Wrongs.Count == 0 ? 0 : 1;
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    private static void Show(SoakReport report)
    {
        var table = new Table().AddColumn("").AddColumn(new TableColumn("count").RightAligned());
        table.AddRow("hosts killed", $"{report.HostKills}").AddRow("databases killed", $"{report.DatabaseKills}");
        table.AddRow("requests acknowledged", $"{report.Acknowledged}").AddRow("of these admitted", $"{report.Admitted}").AddRow("capped", $"{report.Capped}");
        table.AddRow("asked more than once", $"{report.Repeated}").AddRow("lost, doubled or exceeded", $"{report.Wrongs.Count}");
        AnsiConsole.Write(table);
        foreach (var wrong in report.Wrongs) AnsiConsole.MarkupLineInterpolated($"[red]{wrong}[/]");
    }
}
