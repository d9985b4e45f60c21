using Busker.Learning.Trees;

namespace Busker.Learning.Tests.Trees;

public sealed class TimeFoldsTests
{
    [Fact]
    public void Training_ends_a_gap_before_the_test_and_tests_follow_one_another()
    {
        long[] times = [.. Enumerable.Range(0, 100).Select(i => (long)i)];
        var folds = TimeFolds.Of(times, 3, 10, 5, 40);
        folds.Select(f => (f.Train[0], f.Train[^1], f.Test[0], f.Test[^1])).ShouldBe([(25, 64, 70, 79), (35, 74, 80, 89), (45, 84, 90, 99)]);
        TimeFolds.Of(times, 1, 10, 0)[0].Train.Length.ShouldBe(90);
    }
}
