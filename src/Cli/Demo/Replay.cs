using System.Diagnostics;
using Busker.Cli.Commands;
using Busker.Entitlements.V1;
using Busker.Simulator.Town;
using Google.Protobuf;

namespace Busker.Cli.Demo;

/// <summary>
/// Plays histories through the API like an app would: before each play what the listener may do, then the cap it uses up.
/// Lanes run side by side; a listener stays in one lane, so its plays keep their order.
/// </summary>
/// <param name="run">Names the requests of this run: another run is not a repeat of it.</param>
internal sealed class Replay(Api api, Histories histories, int lanes, string run)
{
    private static readonly string[] Asked = ["ads", "playback", "on_demand_time", "skips", "audiobook_time"];
    private long _requests;

    /// <summary>Everybody gets a plan.</summary>
    public Task SetPlansAsync(Action<int> told, CancellationToken ct) =>
        Task.WhenAll(Enumerable.Range(0, lanes).Select(async lane =>
        {
            for (var listener = lane; listener < histories.Listeners; listener += lanes)
            {
                var holds = Household.Of(listener);
                await api.AskAsync("entitlements.v1.Entitlements/SetListenerPlan",
                    new SetListenerPlanRequest { RequestId = NextRequest(), ListenerId = Name(listener), Plan = holds.Plan, Market = holds.Market, TimeZone = holds.TimeZone },
                    Listener.Parser, ct);
                told(1);
            }
        }));

    /// <summary>All plays, or as many as there is time for.</summary>
    /// <param name="until">When it is cancelled, the plays that are under way end and no more begin.</param>
    public async Task<Tally> RunAsync(Action<int> told, CancellationToken until, CancellationToken ct)
    {
        var ends = await Task.WhenAll(Enumerable.Range(0, lanes).Select(lane => LaneAsync(lane, told, until, ct)));
        return Tally.Sum(ends);
    }

    private async Task<Tally> LaneAsync(int lane, Action<int> told, CancellationToken until, CancellationToken ct)
    {
        var tally = new Tally();
        foreach (var play in histories.Plays)
        {
            if (play.Listener % lanes != lane) continue;
            if (until.IsCancellationRequested) break;
            await PlayAsync(play, tally, ct);
            told(1);
        }

        return tally;
    }

    private async Task PlayAsync(Play play, Tally tally, CancellationToken ct)
    {
        var tier = Household.Of(play.Listener).Tier;
        var ask = new ResolveEntitlementsRequest { ListenerId = Name(play.Listener), Features = { Asked } };
        var may = await AskAsync("ResolveEntitlements", ask, ResolveEntitlementsResponse.Parser, tally, ct);
        if (play.Audiobook)
        {
            tally.Add(tier, await ConsumeAsync(play, "audiobook_time", play.Seconds, tally, ct));
            return;
        }

        // In shuffle nothing counts against the time for picked tracks.
        var verdict = may.Variants.Count > 0 ? Verdict.Switched : await ConsumeAsync(play, "on_demand_time", play.Seconds, tally, ct);
        tally.Add(tier, verdict);
        if (play.Skipped && verdict != Verdict.Capped && await ConsumeAsync(play, "skips", 1, tally, ct) != Verdict.LetThrough) tally.RefuseSkip(tier);
    }

    private async Task<Verdict> ConsumeAsync(Play play, string cap, long amount, Tally tally, CancellationToken ct)
    {
        var ask = new ConsumeCapRequest { RequestId = NextRequest(), ListenerId = Name(play.Listener), Feature = cap, Amount = amount, Partial = true };
        var answer = await AskAsync("ConsumeCap", ask, ConsumeCapResponse.Parser, tally, ct);
        return answer.Outcome switch
        {
            ConsumeCapResponse.Types.Outcome.Admitted => Verdict.LetThrough,
            ConsumeCapResponse.Types.Outcome.Switched => Verdict.Switched,
            _ => Verdict.Capped,
        };
    }

    private async Task<T> AskAsync<T>(string method, IMessage request, MessageParser<T> parser, Tally tally, CancellationToken ct) where T : IMessage<T>
    {
        var begun = Stopwatch.GetTimestamp();
        var answer = await api.AskAsync($"entitlements.v1.Entitlements/{method}", request, parser, ct);
        tally.Answered(Stopwatch.GetElapsedTime(begun));
        return answer;
    }

    private static string Name(int listener) => $"listener-{listener:00000}";

    private string NextRequest() => $"demo-{run}-{Interlocked.Increment(ref _requests)}";
}
