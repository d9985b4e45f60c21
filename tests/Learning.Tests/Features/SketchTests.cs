using Busker.Learning.Features;
using Busker.Learning.Numbers;

namespace Busker.Learning.Tests.Features;

public sealed class SketchTests
{
    [Fact]
    public void The_relative_error_is_that_of_256_registers_from_one_value_to_a_million()
    {
        // 1.04/√256 = 6.5 %; over 40 sketches of each size the root mean square stays within it and the mean is near the truth.
        int[] sizes = [1, 10, 32, 33, 100, 300, 640, 1000, 1300, 3000, 10_000, 100_000];
        var errors = sizes.ToDictionary(s => s, _ => new List<double>());
        for (var trial = 0; trial < 40; trial++) Fill(sizes, (ulong)trial << 32, errors);
        foreach (var (size, seen) in errors)
        {
            Math.Sqrt(seen.Average(e => e * e)).ShouldBeLessThan(size <= 32 ? 1e-12 : 0.085, $"{size} values");
            seen.Average().ShouldBe(0, size <= 32 ? 1e-12 : 0.035, $"{size} values");
        }

        var million = new Dictionary<int, List<double>> { [1_000_000] = [] };
        for (var trial = 0; trial < 3; trial++) Fill([1_000_000], 1UL << (40 + trial), million);
        million[1_000_000].ShouldAllBe(e => Math.Abs(e) < 0.2);
    }

    private static void Fill(int[] sizes, ulong first, Dictionary<int, List<double>> errors)
    {
        var (sketch, n) = (new PaneSketch(8000), 0);
        foreach (var size in sizes)
        {
            for (; n < size; n++) sketch.Add(n % 8000, first + (ulong)n + 1); // spread over the window's panes
            errors[size].Add(sketch.Count(7999, 0) / size - 1);
        }
    }

    [Fact]
    public void Merging_is_having_seen_both()
    {
        for (var seed = 0UL; seed < 60; seed++)
        {
            var rng = new Rng(seed);
            var (all, left, right) = (new PaneSketch(800), new PaneSketch(800), new PaneSketch(800));
            var values = 1 + rng.NextInt(4000);
            long time = 0;
            for (var n = 0; n < values; n++)
            {
                time += rng.NextInt(3);
                var value = (ulong)rng.NextInt(values) + 1;
                all.Add(time, value);
                (rng.NextBool(0.3) ? left : right).Add(time, value);
            }

            left.Merge(right);
            foreach (var later in new long[] { 0, 50, 300, 799, 900 }) left.Count(time + later, 0).ShouldBe(all.Count(time + later, 0), 1e-9, $"seed {seed}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(15)]
    [InlineData(100)]
    [InlineData(3600)]
    [InlineData(3601)]
    public void What_lies_in_the_window_always_counts_and_what_is_an_eighth_older_never(long window)
    {
        for (var now = 3 * window; now < 3 * window + 40; now++)
        {
            foreach (var age in new[] { 0, window / 2, window - 1 })
            {
                var sketch = new PaneSketch(window);
                sketch.Add(now - age, 5);
                sketch.Count(now, 0).ShouldBe(1, $"{age} s old in a window of {window} s at {now}");
            }

            var old = new PaneSketch(window);
            old.Add(now - window - (window % 8 == 0 ? 1 : 2) * ((window + 7) / 8), 5);
            old.Count(now, 0).ShouldBe(0);
        }
    }
}
