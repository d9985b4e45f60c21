using Busker.Entitlements.Caps;
using Busker.Kernel;
using FsCheck;
using FsCheck.Fluent;

namespace Busker.Entitlements.Tests;

public sealed class CounterTextTests
{
    [Fact]
    public void What_is_written_is_what_is_read() => Prop.ForAll(
        ArbMap.Default.ArbFor<(NonNull<string> Feature, PositiveInt Start, PositiveInt Length, NonNegativeInt Used, byte Marks)[]>(), rows =>
    {
        var counters = rows.Select(r =>
        {
            var start = DateTimeOffset.UnixEpoch.AddTicks(r.Start.Get * 10L);
            var marks = default(Marks);
            for (var i = 0; i < r.Marks % 5; i++) marks = marks.Add(start.AddMinutes(i), i + 1, TimeSpan.FromHours(1));
            return new Counter(Plain(r.Feature.Get), "rh1", new Period(start, start.AddMinutes(r.Length.Get)), r.Used.Get, marks);
        }).ToList();
        var read = CounterText.Read(CounterText.Write(counters));
        return read.Count == counters.Count && read.Zip(counters).All(p =>
            p.First with { Marks = default } == p.Second with { Marks = default } && p.First.Marks.Bytes.SequenceEqual(p.Second.Marks.Bytes));
    }).QuickCheckThrowOnFailure();

    /// <summary>A key of a catalog is well-formed text.</summary>
    private static string Plain(string text) => string.Concat(text.Where(c => !char.IsSurrogate(c)));
}
