namespace Busker.Kernel.Tests;

public sealed class PeriodTests
{
    private static DateTimeOffset At(int hour) => new(2026, 3, 1, hour, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_start_belongs_to_a_period_and_the_end_does_not()
    {
        var period = new Period(At(1), At(2));
        period.Contains(At(1)).ShouldBeTrue();
        period.Contains(At(2).AddTicks(-1)).ShouldBeTrue();
        period.Contains(At(2)).ShouldBeFalse();
        period.Length.ShouldBe(TimeSpan.FromHours(1));
    }

    [Fact]
    public void Periods_that_touch_share_nothing()
    {
        new Period(At(1), At(2)).Overlaps(new Period(At(2), At(3))).ShouldBeFalse();
        new Period(At(1), At(3)).Intersect(new Period(At(2), At(4))).ShouldBe(new Period(At(2), At(3)));
        new Period(At(1), At(2)).Intersect(new Period(At(2), At(3))).ShouldBeNull();
    }

    [Fact]
    public void A_period_is_the_same_whatever_offset_it_was_written_in() =>
        new Period(At(1).ToOffset(TimeSpan.FromHours(2)), At(2)).ShouldBe(new Period(At(1), At(2)));

    [Fact]
    public void A_period_cannot_end_before_it_starts() =>
        Should.Throw<InvariantException>(() => new Period(At(2), At(1)));
}
