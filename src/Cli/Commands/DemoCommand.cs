using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Busker.Cli.Demo;
using Busker.Host;
using Busker.Kernel;
using Spectre.Console;

namespace Busker.Cli.Commands;

/// <summary><c>busker demo</c>: a week of listening, replayed through the API as plays of free, mid-tier and premium listeners.</summary>
internal static class DemoCommand
{
    private sealed record Wishes(string? Data, int Listeners, int Seconds, int Lanes, HouseWishes House);

    public static Command Create()
    {
        var data = new Option<string?>("--data") { Description = "Folder with listening histories (interactions.csv[.gz]); without it those of a seeded town." };
        var listeners = new Option<int>("--listeners") { Description = "How many listen.", DefaultValueFactory = _ => 300 };
        var seconds = new Option<int>("--seconds") { Description = "Stop replaying after this long; 0 means after the last play of the week.", DefaultValueFactory = _ => 60 };
        var lanes = new Option<int>("--lanes") { Description = "Calls under way at once.", DefaultValueFactory = _ => 16 };
        var state = new Option<string>("--state") { Description = "Where the state of the product lives.", DefaultValueFactory = _ => ".busker" };
        var port = new Option<int>("--port") { Description = "Where the product runs, or is started when nothing answers there; 0 takes a free port.", DefaultValueFactory = _ => 8080 };
        var grpc = new Option<int>("--grpc-port") { Description = "HTTP/2 port when it is started.", DefaultValueFactory = _ => 8081 };
        var command = new Command("demo", "Replays listening through the product and shows what came of it.") { data, listeners, seconds, lanes, state, port, grpc };
        command.SetAction((parsed, ct) => RunAsync(new Wishes(
            parsed.GetValue(data), parsed.GetValue(listeners), parsed.GetValue(seconds), parsed.GetValue(lanes),
            new HouseWishes(parsed.GetValue(state)!, null, parsed.GetValue(port), parsed.GetValue(grpc), HostRole.All, "127.0.0.1")), ct));
        return command;
    }

    private static async Task<int> RunAsync(Wishes wishes, CancellationToken ct)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        if (wishes.Listeners is < 1 or > 99_999) return Fail($"--listeners is {wishes.Listeners}; 1 to 99999.");
        if (wishes.Seconds < 0) return Fail($"--seconds is {wishes.Seconds}; 0 or more.");
        if (wishes.Lanes is < 1 or > 256) return Fail($"--lanes is {wishes.Lanes}; 1 to 256.");
        var steps = new Steps();
        steps.Begin(wishes.Data is null ? "drawing a week of listening" : "reading the listening histories");
        var histories = wishes.Data is { } folder ? Histories.Load(folder, wishes.Listeners, days: 7) : Histories.OfTown(wishes.Listeners, days: 7);
        if (histories.Fault is { } unread) return Fail(unread.Message);
        steps.Done();
        try
        {
            if (await AnswersAsync(wishes.House.Port, ct)) return await UseAsync(wishes, histories.Value, ct);
            var started = await RunningHouse.StartAsync(wishes.House, steps, ct);
            if (started.Fault is { } fault) return ct.IsCancellationRequested ? 0 : Fail(fault.Message);
            await using var house = started.Value;
            if (house.Demo is not { } keys) return Fail($"the database in {wishes.House.State} has no demo tenant; give another --state.");
            return await ReplayAsync(wishes, histories.Value, house.Host.Addresses[0], keys, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception e) when (e is InvalidOperationException or HttpRequestException)
        {
            return Fail(e.Message);
        }
    }

    /// <summary>A product that runs already, with the key its first start has kept.</summary>
    private static async Task<int> UseAsync(Wishes wishes, Histories histories, CancellationToken ct) =>
        await DemoTenant.KeptAsync(wishes.House.State, ct) is { } keys
            ? await ReplayAsync(wishes, histories, $"http://127.0.0.1:{wishes.House.Port}", keys, ct)
            : Fail($"something answers on port {wishes.House.Port}, but {wishes.House.State} has no demo key; give its --state, or another --port.");

    private static async Task<bool> AnswersAsync(int port, CancellationToken ct)
    {
        if (port == 0) return false;
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        try
        {
            using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/readyz"), ct);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            return false;
        }
    }

    private static async Task<int> ReplayAsync(Wishes wishes, Histories histories, string address, DemoTenant.Keys keys, CancellationToken ct)
    {
        Console.WriteLine($"  replaying {histories.Plays.Length:N0} plays of {histories.Listeners:N0} listeners ({histories.Source})");
        Console.WriteLine($"  watch them at {address}/#key={keys.Secret}");
        using var api = new Api(address, keys.Secret);
        var run = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        var replay = new Replay(api, histories, Math.Min(wishes.Lanes, histories.Listeners), run);
        var (tally, took) = (new Tally(), TimeSpan.Zero);
        await AnsiConsole.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn()).StartAsync(async bars =>
        {
            var plans = bars.AddTask("giving plans", maxValue: histories.Listeners);
            await replay.SetPlansAsync(n => plans.Increment(n), ct);
            var plays = bars.AddTask("replaying plays", maxValue: Math.Max(1, histories.Plays.Length));
            using var until = CancellationTokenSource.CreateLinkedTokenSource(ct);
            if (wishes.Seconds > 0) until.CancelAfter(TimeSpan.FromSeconds(wishes.Seconds));
            var begun = Stopwatch.GetTimestamp();
            tally = await replay.RunAsync(n => plays.Increment(n), until.Token, ct);
            took = Stopwatch.GetElapsedTime(begun);
        });
        DemoSummary.Print(tally, histories.Plays.Length, took);
        return 0;
    }

    private static int Fail(string sentence)
    {
        Console.WriteLine();
        Console.Error.WriteLine($"busker: {sentence}");
        return 1;
    }
}
