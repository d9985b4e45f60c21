using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Runtime;
using Busker.Simulator;
using PaymentSimulator = Busker.Simulator.Simulator;

namespace Busker.Cli.Commands;

/// <summary><c>busker simulate</c>: payment providers on this machine.</summary>
internal static class SimulateCommand
{
    public static Command Create()
    {
        var provider = new Argument<string>("provider") { Description = "stripe, adyen, paypal or all", DefaultValueFactory = _ => "all" };
        var scenario = new Option<string>("--scenario") { Description = "A preset or a scenario file", DefaultValueFactory = _ => "calm" };
        var seed = new Option<string?>("--seed") { Description = "Overrides the scenario's seed" };
        var port = new Option<string>("--port") { Description = "The first provider's port; the others follow; 0 takes free ones", DefaultValueFactory = _ => "12111" };
        var clock = new Option<string>("--clock") { Description = "real (time of this machine), frozen, or a factor such as x60 from the scenario's start", DefaultValueFactory = _ => "real" };
        var address = new Option<string>("--address") { Description = "Address to listen on", DefaultValueFactory = _ => "127.0.0.1" };
        var snapshot = new Option<string?>("--snapshot") { Description = "File to restore from when it exists, and to record to" };
        var timeout = new Option<string>("--webhook-timeout") { Description = "Seconds that a receiver of webhooks may take to answer", DefaultValueFactory = _ => "10" };
        var guide = new Option<bool>("--guide") { Description = "Prints the guide (docs/guides/simulator.md) and stops" };
        var command = new Command("simulate", "Runs stateful simulators of payment providers.") { provider, scenario, seed, port, clock, address, snapshot, timeout, guide };
        command.SetAction(async (parsed, stop) =>
        {
            if (parsed.GetValue(guide))
            {
                Console.Out.Write(Busker.Simulator.Page.Guide.Text());
                return 0;
            }

            // No request keeps a thread waiting, so each is answered on the thread that saw its bytes arrive. Read when the first socket is made.
            Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
            var name = parsed.GetValue(provider)!;
            var clockText = parsed.GetValue(clock)!;
            var (rate, now) = Clock(clockText);
            if (rate is null) return Refuse($"--clock {clockText}: use real, frozen, or a factor such as x60, at most x1000000");
            if (!int.TryParse(parsed.GetValue(port), NumberStyles.None, CultureInfo.InvariantCulture, out var first)) return Refuse($"--port {parsed.GetValue(port)}: use a number from 0 to 65535");
            if (!Seed(parsed.GetValue(seed), out var chosen)) return Refuse($"--seed {parsed.GetValue(seed)}: use a whole number from 0 to {ulong.MaxValue}");
            if (!IPAddress.TryParse(parsed.GetValue(address), out var listen)) return Refuse($"--address {parsed.GetValue(address)}: this is not an IP address");
            if (!decimal.TryParse(parsed.GetValue(timeout), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var patience)) return Refuse($"--webhook-timeout {parsed.GetValue(timeout)}: use a number of seconds from 0.02 to 3600");
            var started = await PaymentSimulator.Start(new SimulatorOptions
            {
                Providers = name == "all" ? PaymentSimulator.Known : [name], Scenario = parsed.GetValue(scenario)!, Seed = chosen,
                Port = first, Rate = rate.Value, StartNow = now, Address = listen, Snapshot = parsed.GetValue(snapshot),
                WebhookTimeout = TimeSpan.FromSeconds((double)decimal.Clamp(patience, 0, 86_400)),
            });
            if (started.Fault is { } fault) return Refuse(fault.Message);
            await using var simulator = started.Value;
            GCSettings.LatencyMode = GCLatencyMode.Batch; // what is stored stays: collecting it in the background costs more than it saves
            Print(simulator, clockText);
            try
            {
                await Task.Delay(Timeout.Infinite, stop);
            }
            catch (OperationCanceledException)
            {
                Console.WriteLine("stopped");
            }

            return 0;
        });
        return command;
    }

    private static (double? Rate, bool Now) Clock(string text) => text switch
    {
        "real" => (1, true),
        "frozen" => (0, false),
        ['x', .. var factor] when double.TryParse(factor, NumberStyles.Float, CultureInfo.InvariantCulture, out var rate) && rate is > 0 and <= 1_000_000 => (rate, false),
        _ => (null, false),
    };

    private static bool Seed(string? text, out ulong? seed)
    {
        var reads = ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value);
        seed = reads ? value : null;
        return reads || text is null;
    }

    private static void Print(PaymentSimulator simulator, string clock)
    {
        Console.WriteLine($"Scenario {simulator.Scenario.Name}, seed {simulator.Seed}, clock {clock}, {simulator.Clock.GetUtcNow():u}");
        foreach (var provider in simulator.Providers)
        {
            var address = simulator.Address(provider.Name);
            Console.WriteLine();
            Console.WriteLine($"{provider.Name}  {address}  (page: {address}_sim)");
            foreach (var (key, value) in provider.Keys) Console.WriteLine($"  {key}: {value}");
            foreach (var line in provider.Snippet(address).Split('\n')) Console.WriteLine("    " + line);
        }

        Console.WriteLine();
        Console.WriteLine("ready");
    }

    private static int Refuse(string sentence)
    {
        Console.Error.WriteLine(sentence);
        return 2;
    }
}
