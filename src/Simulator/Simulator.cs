using System.Text.Json;
using Busker.Kernel;
using Busker.Simulator.Adyen;
using Busker.Simulator.Core;
using Busker.Simulator.Faults;
using Busker.Simulator.PayPal;
using Busker.Simulator.Stripe;
using Busker.Simulator.World;

namespace Busker.Simulator;

/// <summary>
/// Payment providers on your own machine, over real sockets. The door for tests:
/// <code>await using var simulator = (await Simulator.Start(new() { Scenario = "calm", Seed = 7 })).Value;</code>
/// </summary>
public sealed class Simulator : IAsyncDisposable
{
    private static readonly Dictionary<string, Func<Stage, Provider>> Makers = new()
    {
        ["stripe"] = stage => new StripeProvider(stage),
        ["adyen"] = stage => new AdyenProvider(stage),
        ["paypal"] = stage => new PayPalProvider(stage),
    };

    private readonly Stage _stage;
    private readonly IReadOnlyList<Provider> _providers;
    private readonly Listener _listener;
    private readonly Recorder? _recorder;
    private readonly ControlApi _control;
    private readonly CancellationTokenSource _stop = new();

    private Simulator(Stage stage, IReadOnlyList<Provider> providers, Listener listener, Recorder? recorder, ControlApi control) =>
        (_stage, _providers, _listener, _recorder, _control) = (stage, providers, listener, recorder, control);

    /// <summary>The providers there are.</summary>
    public static IReadOnlyList<string> Known => [.. Makers.Keys];

    /// <summary>One of each provider, serving nobody: for the guide.</summary>
    internal static IEnumerable<Provider> Every()
    {
        var stage = new Stage(ScenarioReader.Open("calm").Value, 1, 0, TimeProvider.System);
        return Makers.Values.Select(make => make(stage));
    }

    public IReadOnlyList<Provider> Providers => _providers;
    public Scenario Scenario => _stage.Scenario;
    public ulong Seed => _stage.Seed;

    /// <summary>The simulated time. Move it with <see cref="AdvanceAsync"/>.</summary>
    public TimeProvider Clock => _stage.Clock;

    /// <summary>Where a provider listens.</summary>
    public Uri Address(string provider) => _listener.Addresses[provider];

    /// <summary>The secret that a client of a provider authenticates with: the first of its <see cref="Provider.Keys"/>.</summary>
    public string Key(string provider) => _providers.Single(p => p.Name == provider).Keys[0].Value;

    /// <summary>Starts listening. Refused with one sentence: an unknown provider, a scenario that does not read, a port in use.</summary>
    public static async Task<Result<Simulator>> Start(SimulatorOptions options)
    {
        var unknown = options.Providers.FirstOrDefault(p => !Makers.ContainsKey(p));
        if (unknown is not null) return Refused("PROVIDER", $"'{unknown}' is not a provider: {string.Join(", ", Known)}");
        var scenario = ScenarioReader.Open(options.Scenario);
        if (scenario.Fault is { } fault) return fault;
        if (options.WebhookTimeout < TimeSpan.FromMilliseconds(20) || options.WebhookTimeout > TimeSpan.FromHours(1)) return Refused("WEBHOOK_TIMEOUT", "a receiver of webhooks is given between 20 ms and an hour to answer");
        if (options.Rate is not (>= 0 and <= 1_000_000)) return Refused("CLOCK", "the clock's rate is a number from 0 (frozen) to 1000000");
        if (options.Port < 0 || options.Port + options.Providers.Count - 1 > 65_535) return Refused("PORT", $"port {options.Port} and one for each further provider are between 0 and 65535");

        if (options.Snapshot is "") return Refused("SNAPSHOT", "the snapshot's file has no name");
        var before = Recorder.Read(options.Snapshot);
        if (before.Fault is { } broken) return broken;
        var start = options.StartNow ? TimeProvider.System.GetUtcNow() : scenario.Value.Start;
        var begun = before.Value.Begun ?? new Begun(scenario.Value.Name, options.Seed ?? scenario.Value.Seed, start.ToUnixTimeMilliseconds(), string.Join(' ', options.Providers));
        if (begun.Scenario != scenario.Value.Name || (options.Seed ?? begun.Seed) != begun.Seed || begun.Providers != string.Join(' ', options.Providers))
        {
            return Refused("SNAPSHOT", $"{options.Snapshot}: this was begun with {begun.Providers}, scenario {begun.Scenario} and seed {begun.Seed}: go on with the same, or name another file");
        }

        var stage = new Stage(scenario.Value with { Start = DateTimeOffset.FromUnixTimeMilliseconds(begun.StartMs) }, begun.Seed, 0, TimeProvider.System);
        stage.Webhooks.Patience = options.WebhookTimeout;
        Provider[] providers = [.. options.Providers.Select(p => Makers[p](stage))];
        Recorder? recorder = null;
        if (options.Snapshot is { } path)
        {
            try
            {
                recorder = new Recorder(path, begun);
            }
            catch (Exception closed) when (closed is IOException or UnauthorizedAccessException)
            {
                return Refused("SNAPSHOT", $"{path}: nothing can be written there: {closed.Message}");
            }

            await RestoreAsync(stage, providers, before.Value.Asks);
        }

        var control = new ControlApi(stage, providers, recorder);
        var ports = providers.Select((p, i) => (new Pipeline(stage, p, recorder), options.Port == 0 ? 0 : options.Port + i)).ToArray();
        var listener = new Listener(options.Address, ports, control);
        try
        {
            await listener.StartAsync();
        }
        catch (IOException taken)
        {
            recorder?.Dispose();
            return Refused("PORT", $"port {options.Port}{(ports.Length > 1 ? $" (or one of the {ports.Length - 1} after it)" : "")} cannot be used: {taken.Message}");
        }

        var simulator = new Simulator(stage, providers, listener, recorder, control);
        lock (stage.Gate)
        {
            if (options.StartNow) stage.Clock.RunUntil(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()); // what came due since the snapshot
            stage.Clock.Run(options.Rate);
        }

        _ = simulator.TickAsync();
        return simulator;
    }

    /// <summary>Moves the clock on and lets everything happen that comes due, webhooks included.</summary>
    public async Task AdvanceAsync(TimeSpan by)
    {
        await _stage.AdvanceAsync(by);
        Mark();
    }

    /// <summary>Completes when every webhook that has left has been answered.</summary>
    public Task Settled() => _stage.Webhooks.Settled();

    /// <summary>Adds one line of the fault language.</summary>
    public Result<FaultRule> AddFault(string line)
    {
        var rule = FaultParser.Parse(line);
        if (rule.Fault is null) _control.Add(rule.Value);
        return rule;
    }

    public void ClearFaults() => _control.ClearFaults();

    /// <summary>A buyer disputes a charge, as <c>POST /_sim/disputes</c>; safe while requests run. The value is a sentence that begins with the dispute's id.</summary>
    public Result<string> OpenDispute(string provider, string charge, string reason = "fraudulent") => _control.Act(ControlApi.Disputes, provider, charge, reason);

    /// <summary>A refund comes back, as <c>POST /_sim/refund_failures</c>; safe while requests run. The value is a sentence.</summary>
    public Result<string> FailRefund(string provider, string refund) => _control.Act(ControlApi.RefundFailures, provider, refund, null);

    /// <summary>What was really charged.</summary>
    public IReadOnlyList<Charge> Charges()
    {
        lock (_stage.Gate) return [.. _stage.Till.Charges];
    }

    /// <summary>Every request so far, one JSON line each.</summary>
    public byte[] JournalText(bool byLane = false)
    {
        lock (_stage.Gate) return _stage.Journal.Text(byLane);
    }

    /// <summary>Empty, or one sentence for each thing that does not reconcile to zero.</summary>
    public IReadOnlyList<string> Discrepancies()
    {
        lock (_stage.Gate)
        {
            var books = _stage.Till.Books;
            return
            [
                .. books.Sections.Where(s => books.Sum(s.Provider, s.Currency) != 0).Select(s => $"{s.Provider} {s.Currency}: the books do not sum to zero"),
                .. _providers.SelectMany(p => p.Discrepancies()),
            ];
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _listener.DisposeAsync();
        Mark();
        lock (_stage.Gate) _recorder?.Dispose();
        _stop.Dispose();
    }

    private void Mark()
    {
        lock (_stage.Gate) _recorder?.Mark(_providers[0].Name, _stage.Clock.NowMs);
    }

    private static async Task RestoreAsync(Stage stage, IReadOnlyList<Provider> providers, IReadOnlyList<(string Provider, Ask Ask)> asks)
    {
        stage.Webhooks.Muted = true;
        var control = new ControlApi(stage, providers, null);
        var pipelines = providers.ToDictionary(p => p.Name, p => new Pipeline(stage, p, null));
        foreach (var (provider, ask) in asks)
        {
            lock (stage.Gate) stage.Clock.RunUntil(ask.AtMs);
            if (ask.Path.StartsWith("/_sim", StringComparison.Ordinal))
            {
                await control.ActAsync(ask, ask.Body.Length == 0 ? default : JsonElement.Parse(ask.Body));
                lock (stage.Gate) stage.Clock.Run(0);
            }
            else if (pipelines.TryGetValue(provider, out var pipeline))
            {
                await pipeline.RunAsync(ask);
                pipeline.Release(ask);
            }
        }

        stage.Webhooks.Muted = false;
    }

    /// <summary>Lets a running clock's events happen although nobody asks anything.</summary>
    private async Task TickAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                try
                {
                    lock (_stage.Gate)
                    {
                        if (!_stage.Clock.Frozen) _stage.Clock.CatchUp();
                    }
                }
                catch (Exception)
                {
                    // The clock has told it; the rest of the schedule goes on.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The simulator stopped.
        }
    }

    private static Fault Refused(string reason, string message) => new(Code.InvalidArgument, reason, message);
}
