using Busker.Entitlements.V1;
using Busker.Kernel;
using Outcome = Busker.Entitlements.V1.ConsumeCapResponse.Types.Outcome;

namespace Busker.Entitlements.Tests;

public sealed class ConsumeCapsTests
{
    [Fact]
    public async Task Each_consumption_has_its_own_outcome_and_those_of_a_listener_keep_their_order()
    {
        await using var room = await Room.OpenAsync();
        await room.SetAsync("anna", "free");
        await room.SetAsync("ben", "free");
        var results = await AskAsync(room, Ask("1", "anna", 1000), Ask("2", "ben", 300), Ask("3", "anna", 700), Ask("4", "anna", 200));
        results.Select(r => (r.Response.Outcome, r.Response.Remaining)).ShouldBe(
            [(Outcome.Admitted, 800), (Outcome.Admitted, 1500), (Outcome.Admitted, 100), (Outcome.Switched, 100)]);
        (await room.BalanceAsync("anna", "on_demand_time")).Used.ShouldBe(1700);
    }

    [Fact]
    public async Task What_is_wrong_with_one_is_told_of_that_one_with_its_path_and_stops_no_other()
    {
        await using var room = await Room.OpenAsync();
        await room.SetAsync("anna", "free");
        var results = await AskAsync(room, Ask("1", "anna", 1), Ask("2", "nobody", 1), Ask("", "anna", 1), Ask("4", "anna", 0),
            new ConsumeCapRequest { RequestId = "5", ListenerId = "anna", Amount = 1 }, Ask("6 six", "anna", 1), Ask("7", "anna", 1));
        results.Select(r => r.Refusal?.Field ?? "").ShouldBe(
            ["", "requests[1].listener_id", "requests[2].request_id", "requests[3].amount", "requests[4].feature", "requests[5].request_id", ""]);
        results.Select(r => r.Refusal?.Code ?? 0).ShouldBe([0, (int)Code.NotFound, 3, 3, 3, 3, 0]);
        results[1].Refusal.Reason.ShouldBe("LISTENER_NOT_FOUND");
        (await room.BalanceAsync("anna", "on_demand_time")).Used.ShouldBe(2);
    }

    [Fact]
    public async Task A_repeat_is_known_within_a_call_across_calls_and_from_the_single_rpc()
    {
        await using var room = await Room.OpenAsync();
        await room.SetAsync("anna", "free");
        var twice = await AskAsync(room, Ask("1", "anna", 10), Ask("1", "anna", 10), Ask("1", "anna", 11));
        twice.Select(r => r.Replayed).ShouldBe([false, true, false]);
        twice[1].Response.ShouldBe(twice[0].Response);
        twice[2].Refusal.Reason.ShouldBe("REQUEST_ID_REUSED");
        var again = await AskAsync(room, Ask("2", "anna", 10), Ask("1", "anna", 10));
        again.Select(r => r.Replayed).ShouldBe([false, true]);
        (await room.BalanceAsync("anna", "on_demand_time")).Used.ShouldBe(20);
    }

    [Fact]
    public async Task None_and_more_than_a_thousand_are_refused_as_a_whole()
    {
        await using var room = await Room.OpenAsync();
        (await room.AskAsync<ConsumeCapsRequest, ConsumeCapsResponse>("ConsumeCaps", new ConsumeCapsRequest())).Fault!.Field.ShouldBe("requests");
        var many = new ConsumeCapsRequest { Requests = { Enumerable.Range(0, 1001).Select(i => Ask($"{i}", "anna", 1)) } };
        (await room.AskAsync<ConsumeCapsRequest, ConsumeCapsResponse>("ConsumeCaps", many)).Fault!.Field.ShouldBe("requests");
    }

    [Fact]
    public async Task Two_hosts_with_many_at_once_take_exactly_what_there_is_and_know_each_others_requests()
    {
        await using var room = await Room.OpenAsync();
        await using var other = room.Beside();
        foreach (var listener in new[] { "a", "b", "c" }) await room.SetAsync(listener, "free");
        var calls = Enumerable.Range(0, 40).SelectMany(call => new[] { room, other }.Select(host => AskAsync(host,
            [.. Enumerable.Range(0, 25).Select(i => Ask($"{call}/{i}", "abc".Substring((call + i) % 3, 1), 7))])));
        var results = (await Task.WhenAll(calls)).SelectMany(r => r).ToList();
        results.ShouldAllBe(r => r.Refusal == null);
        results.Count(r => r.Response.Outcome == Outcome.Admitted && !r.Replayed).ShouldBe(3 * (1800 / 7));
        results.Count(r => r.Replayed).ShouldBe(1000);
        foreach (var listener in new[] { "a", "b", "c" }) (await room.BalanceAsync(listener, "on_demand_time")).Used.ShouldBe(1799);
    }

    private static ConsumeCapRequest Ask(string id, string listener, long amount) =>
        new() { RequestId = id, ListenerId = listener, Feature = "on_demand_time", Amount = amount };

    private static async Task<IReadOnlyList<ConsumeCapResult>> AskAsync(Room room, params ConsumeCapRequest[] asks) =>
        (await room.AskAsync<ConsumeCapsRequest, ConsumeCapsResponse>("ConsumeCaps", new ConsumeCapsRequest { Requests = { asks } })).Value.Results;
}
