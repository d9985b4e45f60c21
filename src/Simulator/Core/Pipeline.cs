using Busker.Simulator.Faults;
using Busker.Simulator.World;

namespace Busker.Simulator.Core;

/// <summary>
/// What happens to each request of one provider: numbered, routed, faulted, admitted, handled, kept, journaled. The outcome is
/// a function of the seed, the scenario and the requests; only waiting is left to the machine.
/// </summary>
internal sealed class Pipeline(Stage stage, Provider provider, Recorder? recorder)
{
    private readonly Router _router = new(provider.Endpoints);
    private readonly StaleShelf _shelf = new();
    private readonly Latency? _latency = stage.Scenario.Latencies.TryGetValue(provider.Name, out var known) ? known : null;
    private readonly ulong _seed = Draw.Of(stage.Seed, provider.Name, "requests").Next();

    public Provider Provider => provider;

    /// <summary>The whole way. What the request says is found out before the gate; its reply and the journal are completed after it.</summary>
    public async ValueTask<Reply> RunAsync(Ask ask)
    {
        _router.Route(ask);
        Parse(ask);
        var reply = AtOnce(ask, out var struck) ?? await LaterAsync(ask, struck);
        var answer = Written(ask, reply.Answer);
        if (reply.Line is { } line) stage.Journal.Complete(line, ask.Body, answer.Body.Span);
        return reply with { Answer = answer };
    }

    /// <summary>What becomes of most requests, or null: then <see cref="LaterAsync"/> goes on.</summary>
    private Reply? AtOnce(Ask ask, out Struck struck)
    {
        using var held = stage.Enter();
        var (faults, latency) = Arrive(ask);
        struck = new(faults, latency, null);
        if (Door(faults) is { } status) return Refuse(ask, faults, latency, status);
        if (Has(faults, FaultKind.DropBefore)) return Journal(ask, faults, latency, Nothing, Ending.Cut);
        using var span = stage.Clock.Because(ask.Cause!);
        var answer = Admit(ask);
        if (faults.Count == 0 && (latency == 0 || stage.Clock.Frozen))
        {
            ask.Unwatched = stage.Faults.Rules.Count == 0;
            answer ??= Work(ask, faults);
            if (!ask.EarlyWebhooks) return Journal(ask, faults, latency, answer, Ending.Sent);
        }

        struck = struck with { Answer = answer };
        return null;
    }

    private async ValueTask<Reply> LaterAsync(Ask ask, Struck struck)
    {
        var (faults, latency, answer) = struck;
        var wait = Wait(faults, latency);
        if (wait > TimeSpan.Zero && !stage.Webhooks.Muted) await Task.Delay(wait, CancellationToken.None);
        using (stage.Enter())
        {
            stage.Clock.CatchUp();
            using (stage.Clock.Because(ask.Cause!)) answer = Spoil(ask, faults, answer ?? Work(ask, faults));
            if (ask.EarlyWebhooks) stage.Clock.CatchUp();
        }

        if (ask.EarlyWebhooks) await stage.Webhooks.Answered();
        using (stage.Enter())
        {
            return Journal(ask, faults, latency, answer, EndingOf(faults));
        }
    }

    /// <summary>Lets the webhooks of a request go, once its reply has left or it is known that none will. Call it once.</summary>
    public void Release(Ask ask)
    {
        if (ask.AfterReply is not { } launches) return;
        using (stage.Enter())
        {
            using (stage.Clock.Because(ask.Cause!)) stage.Webhooks.Pay(launches);
            stage.Clock.CatchUp();
        }
    }

    private (IReadOnlyList<FaultRule> Faults, int LatencyMs) Arrive(Ask ask)
    {
        ask.AtMs = stage.Clock.CatchUp();
        ask.Number = stage.NextNumber(ask.Lane);
        ask.Seed = _seed;
        ask.Cause = Cause.Of(ask.Lane, ask.Draw("id"));
        recorder?.Write(provider.Name, ask);
        var faults = stage.Faults.Rules.Count == 0 ? [] : stage.Faults.Choose(FaultTarget.Request, provider.Name, ask.Method, ask.Path, ask.Lane, $"{ask.Lane}#{ask.Number}", ask.AtMs);
        var latency = _latency is { } times ? (int)ask.Draw("latency").LogNormal(times.Median, times.Sigma) : 0;
        return (faults, latency);
    }

    private Reply Refuse(Ask ask, IReadOnlyList<FaultRule> faults, int latency, int status) =>
        Journal(ask, faults, latency, provider.Refusal(ask, status), Ending.Sent);

    private Answer Work(Ask ask, IReadOnlyList<FaultRule> faults)
    {
        var stored = Find(faults, FaultKind.StatusStored);
        var answer = stored is null ? Handle(ask) : provider.Refusal(ask, (int)stored.Argument);
        provider.Keep(ask, answer);
        return answer;
    }

    private void Parse(Ask ask)
    {
        try
        {
            ask.Parsed = provider.Parse(ask);
        }
        catch (Exception bug)
        {
            ask.Parsed = bug;
        }
    }

    private Answer? Admit(Ask ask)
    {
        if (ask.Parsed is Exception broken) return Bug(ask, broken);
        try
        {
            return provider.Admit(ask);
        }
        catch (Exception bug)
        {
            return Bug(ask, bug);
        }
    }

    private Answer Handle(Ask ask)
    {
        try
        {
            return provider.Handle(ask);
        }
        catch (Exception bug)
        {
            return Bug(ask, bug);
        }
    }

    private Answer Written(Ask ask, Answer answer)
    {
        try
        {
            return answer.Written();
        }
        catch (Exception bug)
        {
            return Bug(ask, bug);
        }
    }

    /// <summary>A bug of the simulator is loud: it is told on the error stream and answered as a 500 that nobody injected.</summary>
    private Answer Bug(Ask ask, Exception bug)
    {
        Console.Error.WriteLine($"simulator bug at {provider.Name} {ask.Method} {ask.Path}: {bug}");
        return provider.Refusal(ask, 500).With("Sim-Bug", bug.GetType().Name);
    }

    private Answer Spoil(Ask ask, IReadOnlyList<FaultRule> faults, Answer answer)
    {
        var stale = stage.Faults.Watches(FaultKind.Stale) && answer.Status == 200 ? _shelf.Pass(ask.Lane, answer) : null;
        foreach (var rule in faults)
        {
            answer = rule.Kind switch
            {
                FaultKind.Stale when ask.Method == "GET" && stale is not null => answer with { Body = stale },
                FaultKind.StatusAfter => provider.Refusal(ask, (int)rule.Argument),
                FaultKind.WrongAmount => answer with { Body = Garble.Amount(answer.Body.Span) },
                FaultKind.Malformed => answer with { Body = answer.Body[..(answer.Body.Length * 2 / 3)] },
                _ => answer,
            };
        }

        return answer;
    }

    private Reply Journal(Ask ask, IReadOnlyList<FaultRule> faults, int latency, Answer answer, Ending ending)
    {
        if (faults.Count == 0 && stage.Faults.Watches(FaultKind.Stale) && answer.Status == 200) _shelf.Pass(ask.Lane, answer);
        var struck = faults.Count == 0 ? "" : string.Join("; ", faults.Select(f => f.Source));
        var waited = latency + (int)(Find(faults, FaultKind.Delay)?.Argument ?? 0);
        var entry = new JournalEntry(ask.Lane, ask.Number, ask.AtMs, provider.Name, ask.Method, ask.Endpoint?.Template == ask.Path ? ask.Endpoint.Template : ask.Path, ask.Query, provider.KeyOf(ask), struck, waited,
            ending == Ending.Cut ? 0 : answer.Status, answer.Subject);
        return new Reply(answer, ending, stage.Journal.Add(entry));
    }

    private TimeSpan Wait(IReadOnlyList<FaultRule> faults, int latencyMs)
    {
        var rate = stage.Clock.Rate;
        var ms = rate > 0 ? latencyMs / rate : 0;
        foreach (var rule in faults)
        {
            if (rule.Kind == FaultKind.Delay) ms += rule.Argument / Math.Max(rate, 1);
        }

        return TimeSpan.FromMilliseconds(ms);
    }

    private static int? Door(IReadOnlyList<FaultRule> faults) => (int?)Find(faults, FaultKind.Status)?.Argument;

    private static Ending EndingOf(IReadOnlyList<FaultRule> faults)
    {
        if (Has(faults, FaultKind.DropAfter)) return Ending.Cut;
        if (Has(faults, FaultKind.Hang)) return Ending.Silence;
        return Has(faults, FaultKind.Truncate) ? Ending.Half : Ending.Sent;
    }

    private static bool Has(IReadOnlyList<FaultRule> faults, FaultKind kind) => Find(faults, kind) is not null;

    private static FaultRule? Find(IReadOnlyList<FaultRule> faults, FaultKind kind)
    {
        for (var i = 0; i < faults.Count; i++)
        {
            if (faults[i].Kind == kind) return faults[i];
        }

        return null;
    }

    private static readonly Answer Nothing = new(0, default);

    /// <summary>What was found when a request came: the rules that strike it, how long it takes, and its answer if there is one already.</summary>
    private readonly record struct Struck(IReadOnlyList<FaultRule> Faults, int LatencyMs, Answer? Answer);
}
