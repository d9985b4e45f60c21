using System.Collections.Concurrent;
using System.Globalization;
using Busker.Catalog.Documents;
using Busker.Catalog.V1;
using Busker.Entitlements.V1;
using Busker.Learning.Numbers;
using Outcome = Busker.Entitlements.V1.ConsumeCapResponse.Types.Outcome;

namespace Busker.Cli.Soak;

/// <summary>What to do to the field.</summary>
/// <param name="Seed">decides what is consumed and what is killed when</param>
/// <param name="Time">how long to kill</param>
/// <param name="Workers">callers at once</param>
internal sealed record SoakPlan(ulong Seed, TimeSpan Time, int Workers = 24, int Listeners = 12, long Limit = 4000, TimeSpan? Pause = null);

/// <summary>What was found. The soak held when <see cref="Wrongs"/> is empty.</summary>
internal sealed record SoakReport(
    int Acknowledged, int Admitted, int Capped, int Repeated, int HostKills, int DatabaseKills, IReadOnlyList<string> Wrongs);

/// <summary>
/// Consumes caps from many callers while hosts and database are killed at random, and then checks, from the callers' own
/// records against what the service says, that no acknowledged consumption is lost, none is counted twice, and no cap exceeded.
/// A caller that hears nothing asks again with the same request id, so in the end it knows what became of every request.
/// </summary>
internal sealed class SoakRun(SoakField field, SoakPlan plan)
{
    private const string Entitlements = "/busker.entitlements.v1.Entitlements/";
    private const string Catalog = "/busker.catalog.v1.Catalog/";

    private readonly ConcurrentBag<Told> _told = [];
    private int _hostKills;
    private int _databaseKills;

    private sealed record Told(ConsumeCapRequest Request, ConsumeCapResponse Answer, bool Repeated);

    /// <param name="meddle">done after the last acknowledgement and before the judgement: how a test shows that the judge is not blind</param>
    /// <param name="ct">cancels the soak</param>
    public async Task<SoakReport> RunAsync(Func<Task>? meddle, CancellationToken ct)
    {
        using var client = new SoakClient(field);
        await PrepareAsync(client, ct);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        over.CancelAfter(plan.Time);
        var workers = Enumerable.Range(0, plan.Workers).Select(w => Task.Run(() => WorkAsync(client, w, over.Token, ct), ct)).ToList();
        await KillAsync(over.Token);
        await Task.WhenAll(workers);
        if (meddle is not null) await meddle();
        var wrongs = await JudgeAsync(client, ct);
        return new SoakReport(_told.Count, _told.Count(t => t.Answer.Outcome == Outcome.Admitted), _told.Count(t => t.Answer.Outcome == Outcome.Capped),
            _told.Count(t => t.Repeated), _hostKills, _databaseKills, wrongs);
    }

    /// <summary>One plan with one cap whose window outlasts the soak, and listeners who hold it.</summary>
    private async Task PrepareAsync(SoakClient client, CancellationToken ct)
    {
        var document = DocumentFile.Parse(string.Create(CultureInfo.InvariantCulture, $$"""
            markets: { W: { name: World } }
            features: { time: { name: Time, type: cap, unit: units, merge: sum, fallback: none } }
            products: { p: P }
            plans: { p: { product: p, kind: base, settings: { time: {{plan.Limit}} per billing year }, offers: { W: free } } }
            """), "soak").Value;
        var (draft, _, _) = await client.AskUntilAnsweredAsync<Draft>(0, Catalog + "CreateDraft", new CreateDraftRequest { RequestId = "soak", Document = document }, ct);
        await client.AskUntilAnsweredAsync<Catalog.V1.Version>(0, Catalog + "PublishDraft", new PublishDraftRequest { RequestId = "soak", DraftId = draft.DraftId, Etag = draft.Etag }, ct);
        for (var i = 0; i < plan.Listeners; i++)
            await client.AskUntilAnsweredAsync<Listener>(0, Entitlements + "SetListenerPlan", new SetListenerPlanRequest { RequestId = $"soak-{i}", ListenerId = $"l{i}", Plan = "p", Market = "W" }, ct);
    }

    /// <summary>Consumes until time is over, then sees the last request through. Every other caller asks for several at once.</summary>
    private async Task WorkAsync(SoakClient client, int worker, CancellationToken over, CancellationToken ct)
    {
        var draws = new Rng(plan.Seed).Fork((ulong)worker);
        for (var n = 0; !over.IsCancellationRequested; n++)
        {
            var host = draws.NextInt(field.Hosts);
            if (worker % 2 == 0) await ConsumeAsync(client, host, Request(0), ct);
            else await ConsumeAsync(client, host, [.. Enumerable.Range(0, 1 + draws.NextInt(8)).Select(Request)], ct);

            ConsumeCapRequest Request(int part) => new()
            {
                RequestId = $"w{worker}-{n}-{part}", ListenerId = $"l{draws.NextInt(plan.Listeners)}", Feature = "time", Amount = 1 + draws.NextInt(9),
            };
        }
    }

    private async Task ConsumeAsync(SoakClient client, int host, ConsumeCapRequest request, CancellationToken ct)
    {
        var (answer, _, attempts) = await client.AskUntilAnsweredAsync<ConsumeCapResponse>(host, Entitlements + "ConsumeCap", request, ct);
        _told.Add(new Told(request, answer, attempts > 1));
    }

    /// <summary>In one call; those of which nothing is known, or that are to come again, are asked again together.</summary>
    private async Task ConsumeAsync(SoakClient client, int host, List<ConsumeCapRequest> requests, CancellationToken ct)
    {
        for (var again = false; requests.Count > 0; again = true)
        {
            var message = new ConsumeCapsRequest { Requests = { requests } };
            var (answer, _, attempts) = await client.AskUntilAnsweredAsync<ConsumeCapsResponse>(host++, Entitlements + "ConsumeCaps", message, ct);
            foreach (var (request, result) in requests.Zip(answer.Results))
            {
                if (result.Response is { } told) _told.Add(new Told(request, told, again || attempts > 1));
                else if (result.Refusal.RetryAfterMs == 0) throw new InvalidOperationException($"ConsumeCaps: {result.Refusal.Message}");
            }

            requests = [.. requests.Where((_, i) => answer.Results[i].Response is null)];
        }
    }

    private async Task KillAsync(CancellationToken over)
    {
        var draws = new Rng(plan.Seed).Fork(1_000_000);
        var pause = plan.Pause ?? TimeSpan.FromMilliseconds(600);
        try
        {
            while (true)
            {
                await Task.Delay(pause * (0.5 + draws.NextDouble()), over);
                if (draws.NextBool(0.4))
                {
                    if (field.KillDatabase()) _databaseKills++;
                    continue;
                }

                await field.RestartHostAsync(draws.NextInt(field.Hosts));
                _hostKills++;
            }
        }
        catch (OperationCanceledException)
        {
            // Time is over.
        }
    }

    private async Task<IReadOnlyList<string>> JudgeAsync(SoakClient client, CancellationToken ct)
    {
        var wrongs = new List<string>();
        foreach (var listener in _told.GroupBy(t => t.Request.ListenerId))
        {
            var consumed = listener.Sum(t => t.Answer.Consumed);
            var (balance, _, _) = await client.AskUntilAnsweredAsync<GetCapBalanceResponse>(0, Entitlements + "GetCapBalance", new GetCapBalanceRequest { ListenerId = listener.Key }, ct);
            var used = balance.Balances.Single().Used;
            if (used < consumed) wrongs.Add($"{listener.Key}: {consumed - used} acknowledged units are lost");
            if (used > consumed) wrongs.Add($"{listener.Key}: {used - consumed} units are counted twice");
            if (used > plan.Limit) wrongs.Add($"{listener.Key}: {used} of {plan.Limit} units were admitted");
        }

        var sample = _told.Where((_, i) => i % Math.Max(1, _told.Count / 200) == 0).ToList();
        foreach (var told in sample)
        {
            var again = await client.AskUntilAnsweredAsync<ConsumeCapResponse>(0, Entitlements + "ConsumeCap", told.Request, ct);
            if (!again.Replayed || !again.Value.Equals(told.Answer)) wrongs.Add($"{told.Request.RequestId}: a repeat got another answer");
        }

        return wrongs;
    }
}
