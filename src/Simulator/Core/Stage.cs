using System.Runtime.InteropServices;
using Busker.Simulator.Faults;
using Busker.Simulator.World;

namespace Busker.Simulator.Core;

/// <summary>What the providers of one simulator share. State changes only under <see cref="Gate"/>.</summary>
internal sealed class Stage
{
    private readonly Dictionary<string, int> _lanes = [];

    public Stage(Scenario scenario, ulong seed, double rate, TimeProvider real)
    {
        Scenario = scenario;
        Seed = seed;
        Clock = new VirtualClock(scenario.Start, rate, real);
        Faults = new FaultPlan(seed, scenario.Start.ToUnixTimeMilliseconds(), scenario.Faults);
        Issuers = new Issuers(scenario, seed);
        Shoppers = new Shoppers(scenario, seed, Issuers);
        Aftermath = new Aftermath(scenario, seed);
        Webhooks = new WebhookSender(this);
    }

    public Lock Gate { get; } = new();
    public Scenario Scenario { get; }
    public ulong Seed { get; }
    public VirtualClock Clock { get; }
    public Till Till { get; } = new(new Books());
    public Journal Journal { get; } = new();
    public FaultPlan Faults { get; }
    public Issuers Issuers { get; }
    public Shoppers Shoppers { get; }
    public Aftermath Aftermath { get; }
    public WebhookSender Webhooks { get; }

    /// <summary>
    /// Takes the gate for a request, until it is disposed of. Work under the gate takes microseconds, and a thread that sleeps is woken in tens of
    /// them: so this one waits awake first.
    /// </summary>
    internal Held Enter()
    {
        for (var tries = 0; !Gate.TryEnter(); tries++)
        {
            if (tries == Patience)
            {
                Gate.Enter();
                break;
            }

            Thread.SpinWait(8);
        }

        return new Held(Gate);
    }

    /// <summary>About a hundred microseconds.</summary>
    private const int Patience = 400;

    internal readonly ref struct Held(Lock gate)
    {
        public void Dispose() => gate.Exit();
    }

    /// <summary>The next number of a lane; concurrent lanes number apart, so their ids do not depend on who came first.</summary>
    internal int NextNumber(string lane)
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_lanes, lane, out _);
        return ++number;
    }

    /// <summary>Moves the clock on, running what comes due one by one and letting its webhooks arrive before the next.</summary>
    internal async Task AdvanceAsync(TimeSpan by)
    {
        await Webhooks.Settled();
        long target;
        lock (Gate) target = Clock.CatchUp() + (long)by.TotalMilliseconds;
        for (var more = true; more; await Webhooks.Settled())
        {
            lock (Gate)
            {
                more = Clock.RunNext(target);
                if (more) continue;
                Clock.RunUntil(target);
                Clock.Rebase();
            }
        }
    }
}
