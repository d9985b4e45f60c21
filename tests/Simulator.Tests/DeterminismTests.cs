using Busker.Simulator.Core;
using Busker.Simulator.Faults;

namespace Busker.Simulator.Tests;

public sealed class DeterminismTests
{
    [Fact]
    public async Task The_journal_does_not_show_how_many_clients_ran_at_once_nor_how_they_dawdled()
    {
        var hurried = await LaneWorkload.RunAsync(seed: 21, operations: 3_000, lanes: 6, atOnce: 6, jitter: 0);
        var jittered = await LaneWorkload.RunAsync(seed: 21, operations: 3_000, lanes: 6, atOnce: 3, jitter: 77);
        jittered.ShouldBe(hurried);
    }

    [Fact]
    public void A_count_belongs_to_the_lane_so_nobody_else_uses_it_up()
    {
        var rule = FaultParser.Parse("stripe POST * drop-after count=2 skip=1").Value;
        bool Strikes(string lane) => rule.Strikes(FaultTarget.Request, "stripe", "POST", "/", lane, "k", TimeSpan.Zero, 1);
        bool[] one = [Strikes("a"), Strikes("a"), Strikes("a"), Strikes("a")];
        bool[] two = [Strikes("b"), Strikes("b"), Strikes("b"), Strikes("b")];
        one.ShouldBe([false, true, true, false]);
        two.ShouldBe(one);
        rule.Struck.ShouldBe(4);
    }

    [Fact]
    public void What_a_lane_saw_of_a_thing_is_not_forgotten_because_others_saw_much()
    {
        var shelf = new StaleShelf();
        Answer Seen(string subject, string body) => Answer.Text(200, body, "text/plain") with { Subject = subject };
        shelf.Pass("a", Seen("one", "old")).ShouldBeNull();
        for (var i = 0; i < 30_000; i++) shelf.Pass("b", Seen($"other {i}", ""));
        shelf.Pass("a", Seen("one", "new")).ShouldBe("old"u8.ToArray());
    }
}
