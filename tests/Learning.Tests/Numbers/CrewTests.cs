using Busker.Learning.Numbers;

namespace Busker.Learning.Tests.Numbers;

public sealed class CrewTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Every_piece_of_every_step_is_done_once(int threads)
    {
        using var crew = new Crew(threads);
        for (var step = 0; step < 2000; step++)
        {
            var done = new int[step % 9];
            crew.For(done.Length, (piece, worker) =>
            {
                worker.ShouldBeInRange(0, threads - 1);
                Interlocked.Increment(ref done[piece]);
            });
            done.ShouldAllBe(times => times == 1);
        }
    }

    [Fact]
    public void A_worker_that_fell_asleep_is_woken_when_the_caller_cannot_go_on_without_it()
    {
        using var crew = new Crew(2);
        for (var step = 0; step < 20; step++)
        {
            // Both pieces meet, so two threads must have come.
            using var meeting = new Barrier(2);
            crew.For(2, (_, _) => meeting.SignalAndWait(TimeSpan.FromSeconds(30)).ShouldBeTrue());
            if (step % 2 == 0) SpinWait.SpinUntil(() => crew.Asleep == 1, TimeSpan.FromSeconds(30)).ShouldBeTrue();
        }
    }

    [Fact]
    public void A_failure_in_a_piece_reaches_the_caller_and_the_crew_goes_on()
    {
        using var crew = new Crew(3);
        Should.Throw<InvalidOperationException>(() => crew.For(50, (piece, _) =>
        {
            if (piece == 7) throw new InvalidOperationException("seven");
        })).Message.ShouldBe("seven");
        var sum = 0;
        crew.Ranges(100, 7, (from, to) => Interlocked.Add(ref sum, Enumerable.Range(from, to - from).Sum()));
        sum.ShouldBe(4950);
    }
}
