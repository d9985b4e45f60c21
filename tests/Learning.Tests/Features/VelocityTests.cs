using Replay = Busker.Learning.Features.Replay;
using Busker.Learning.Features;
using Busker.Learning.Fraud;
using Busker.Learning.Numbers;
using FsCheck;
using FsCheck.Fluent;

namespace Busker.Learning.Tests.Features;

public sealed class VelocityTests
{
    private const long Hour = 3600;

    private static readonly VelocityPlan Plan = VelocityPlan.Of(["card", "device"],
    [
        new("amount", Measure.Amount),
        new("count", Measure.Count, "card", 5 * Hour) { WithCurrent = true },
        new("sum_delayed", Measure.Sum, "card", 7 * Hour) { Delay = 3 * Hour },
        new("mean", Measure.Mean, "card", 9 * Hour),
        new("ratio", Measure.AmountRatio, "card", 9 * Hour),
        new("z", Measure.AmountZ, "card", 9 * Hour),
        new("frauds", Measure.KnownFrauds, "device", 20 * Hour),
        new("risk", Measure.Risk, "device", 20 * Hour) { Delay = 4 * Hour, Strength = 2, Prior = 0.1 },
        new("last", Measure.DaysSinceLast, "card"),
        new("distinct", Measure.Distinct, "device", 16 * Hour) { Other = "card", WithCurrent = true },
        new("decayed", Measure.DecayedCount, "card", 6 * Hour),
        new("since_fraud", Measure.DaysSinceKnownFraud, "device"),
        new("first_fraud", Measure.DaysSinceFirstKnownFraud, "device", 40 * Hour),
        new("total_frauds", Measure.TotalKnownFrauds, "device"),
        new("hour", Measure.HourOfDay), new("night", Measure.Night), new("weekend", Measure.Weekend),
        new("decayed_mean", Measure.DecayedMean, "card", 6 * Hour),
        new("pace", Measure.CountRatio, "card", 5 * Hour),
        new("first", Measure.DaysSinceFirst, "card"),
        new("total", Measure.TotalCount, "card"),
        new("median_ratio", Measure.MedianRatio, "card", 9 * Hour),
        new("rank", Measure.MedianRank, "card", 9 * Hour),
        new("outliers", Measure.Outliers, "card", 5 * Hour) { Strength = 1.5 },
        new("largest", Measure.LargestRatio, "card", 5 * Hour),
        new("run", Measure.FraudRun, "device", 20 * Hour) { Delay = 4 * Hour },
        new("since_run", Measure.DaysSinceRun, "device", 20 * Hour) { Delay = 4 * Hour },
        new("since_good", Measure.DaysSinceGood, "device", 20 * Hour) { Delay = 4 * Hour },
    ]).Value;

    private static PaymentHistory History(ulong seed, int rows)
    {
        var rng = new Rng(seed);
        var time = new long[rows];
        for (var r = 1; r < rows; r++) time[r] = time[r - 1] + rng.NextInt(3) * rng.NextInt(2000); // with ties
        bool[] fraud = [.. time.Select(_ => rng.NextBool(0.3))];
        return new PaymentHistory(time, [.. time.Select(_ => (long)rng.NextInt(10_000) + 1)],
            [[.. time.Select(_ => (ulong)rng.NextInt(4))], [.. time.Select(_ => (ulong)rng.NextInt(3) + 1)]], fraud,
            [.. time.Select(t => t + 1 + rng.NextInt(20_000))]);
    }

    [Fact]
    public void Every_row_of_a_replay_is_what_looking_through_the_raw_past_gives() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(25), Prop.ForAll(Gen.Choose(1, 100_000).ToArbitrary(), seed =>
        {
            var history = History((ulong)seed, 150);
            var replayed = Replay.Run(Plan, history).Value;
            for (var r = 0; r < history.Rows; r++)
            {
                for (var f = 0; f < Plan.Features.Count; f++)
                {
                    var expected = RawPast.Feature(Plan.Features[f], history, r);
                    if (double.IsNaN(expected)) replayed.Columns[f][r].ShouldBe(double.NaN, $"row {r}, {Plan.Names[f]}");
                    else replayed.Columns[f][r].ShouldBe(expected, 1e-6, $"row {r}, {Plan.Names[f]}");
                }
            }
        }));

    [Fact]
    public void The_future_does_not_reach_back() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(20), Prop.ForAll(Gen.Choose(1, 100_000).ToArbitrary(), seed =>
        {
            var history = History((ulong)seed, 200);
            var whole = Replay.Run(Plan, history).Value;
            var cut = 120;
            var first = new PaymentHistory(history.Time[..cut], history.Amount[..cut], [history.Keys[0][..cut], history.Keys[1][..cut]], history.Fraud[..cut], history.KnownAt[..cut]);
            var part = Replay.Run(Plan, first).Value;
            for (var f = 0; f < part.Width; f++) part.Columns[f].ShouldBe(whole.Columns[f][..cut]);
        }));

    [Fact]
    public void Reading_and_recording_in_one_step_is_reading_and_then_recording()
    {
        var history = History(17, 500);
        var (together, apart) = (new VelocityState(Plan), new VelocityState(Plan));
        var (a, b) = (new double[Plan.Features.Count], new double[Plan.Features.Count]);
        for (var r = 0; r < history.Rows; r++)
        {
            ulong[] keys = [history.Keys[0][r], history.Keys[1][r]];
            var attempt = new Attempt(history.Time[r], history.Amount[r], r);
            together.ReadAndRecord(attempt, keys, a);
            apart.Read(attempt, keys, b);
            apart.Record(attempt, keys);
            a.ShouldBe(b);
            if (r % 3 != 0) continue;
            together.Learn(attempt, keys, fraud: true);
            apart.Learn(attempt, keys, fraud: true);
        }

        VelocitySnapshot.Write(together).ShouldBe(VelocitySnapshot.Write(apart));
    }

    [Fact]
    public void Reading_changes_nothing()
    {
        var history = History(3, 300);
        var expected = Replay.Run(Plan, history).Value;
        var state = new VelocityState(Plan);
        var row = new double[Plan.Features.Count];
        for (var r = 0; r < history.Rows; r++)
        {
            ulong[] keys = [history.Keys[0][r], history.Keys[1][r]];
            for (var again = 0; again < 3; again++) state.Read(new Attempt(history.Time[r] + again * 50_000, 5, 0), keys, row);
            foreach (var l in Enumerable.Range(0, history.Rows).Where(l => history.Fraud[l] && history.KnownAt[l] <= history.Time[r] && (r == 0 || history.KnownAt[l] > history.Time[r - 1])))
            {
                state.Learn(new Attempt(history.Time[l], 0, l), [history.Keys[0][l], history.Keys[1][l]], true);
            }

            state.Read(new Attempt(history.Time[r], history.Amount[r], r), keys, row);
            row.ShouldBe(expected.Columns.Select(c => c[r]));
            state.Record(new Attempt(history.Time[r], history.Amount[r], r), keys);
        }
    }

    [Fact]
    public void A_label_can_be_corrected()
    {
        var state = new VelocityState(Plan);
        state.Record(new Attempt(100, 500, 1), [1, 2]);
        state.Learn(new Attempt(100, 500, 1), [1, 2], fraud: true);
        var row = new double[Plan.Features.Count];
        state.Read(new Attempt(200, 100, 2), [1, 2], row);
        row[6].ShouldBe(1);
        state.Learn(new Attempt(100, 500, 1), [1, 2], fraud: false);
        state.Read(new Attempt(200, 100, 2), [1, 2], row);
        (row[6], row[13]).ShouldBe((0, 0));
    }

    [Fact]
    public void Two_states_that_saw_half_each_merge_into_one_that_saw_all()
    {
        var history = History(9, 400);
        var (all, even, odd) = (new VelocityState(Plan), new VelocityState(Plan), new VelocityState(Plan));
        for (var r = 0; r < history.Rows; r++)
        {
            ulong[] keys = [history.Keys[0][r], history.Keys[1][r]];
            var attempt = new Attempt(history.Time[r], history.Amount[r], r);
            all.Record(attempt, keys);
            (r % 2 == 0 ? even : odd).Record(attempt, keys);
            if (!history.Fraud[r]) continue;
            all.Learn(attempt, keys, true);
            (r % 2 == 0 ? even : odd).Learn(attempt, keys, true);
        }

        even.Merge(odd);
        var (expected, merged) = (new double[Plan.Features.Count], new double[Plan.Features.Count]);
        foreach (var (card, device) in new[] { (1UL, 1UL), (2UL, 3UL), (3UL, 2UL) })
        {
            all.Read(new Attempt(history.Time[^1] + 60, 1234, -1), [card, device], expected);
            even.Read(new Attempt(history.Time[^1] + 60, 1234, -1), [card, device], merged);
            Known(merged).ShouldBe(Known(expected), 1e-9);
        }

        var kept = even.Entities - even.Evict(history.Time[^1] - 1000);
        even.Entities.ShouldBe(kept);
        all.Evict(history.Time[^1] - 1000);
        foreach (var device in new ulong[] { 1, 2, 3 })
        {
            all.Read(new Attempt(history.Time[^1] + 60, 1234, -1), [1, device], expected);
            even.Read(new Attempt(history.Time[^1] + 60, 1234, -1), [1, device], merged);
            Known(merged).ShouldBe(Known(expected), 1e-9);
        }

        even.Evict(history.Time[^1] + 1).ShouldBeGreaterThan(0);
        even.Entities.ShouldBe(0);
    }

    /// <summary>NaN is unequal to itself within a tolerance.</summary>
    private static double[] Known(double[] values) => [.. values.Select(v => double.IsNaN(v) ? -1e9 : v)];

    [Fact]
    public void A_sketch_counts_exactly_while_few_and_within_a_fifth_when_many()
    {
        var sketch = new PaneSketch(8000);
        for (var i = 1; i <= 20; i++) sketch.Add(i, (ulong)(i % 10 + 1));
        sketch.Count(30, 0).ShouldBe(10);
        for (var i = 0; i < 5000; i++) sketch.Add(1000 + i, (ulong)i + 100);
        sketch.Count(6000, 0).ShouldBe(5010, 1000);
        sketch.Count(100_000, 0).ShouldBe(0);
    }

    [Fact]
    public void A_plan_and_a_stream_that_make_no_sense_are_refused_by_name()
    {
        VelocityPlan.Of(["card"], [new("a", Measure.Count, "card", 1), new("a", Measure.Sum, "card", 1)]).Fault!.Message.ShouldBe("feature a appears twice");
        VelocityPlan.Of(["card"], [new("a", Measure.Count, "ip", 1)]).Fault!.Message.ShouldBe("feature a: entity ip is not in the plan");
        VelocityPlan.Of(["card"], [new("a", Measure.Count, "card")]).Fault!.Message.ShouldBe("feature a: its window must be at least a second");
        var backwards = new PaymentHistory([5, 4], [1, 1], [[1, 1], [1, 1]], [false, false], [0, 0]);
        Replay.Run(Plan, backwards).Fault!.Message.ShouldBe("row 2, column time: 4 lies before the row above");
        Replay.Run(Plan, backwards with { Time = [5, 6], Fraud = [true, false], KnownAt = [5, 0] }).Fault!.Message
            .ShouldBe("row 1, column known_at: a fraud is known only after it happened");
    }

    [Fact]
    public void Reading_and_recording_a_warm_entity_does_not_allocate_per_payment()
    {
        var state = new VelocityState(CardPlans.Own);
        var row = new double[CardPlans.Own.Features.Count];
        ulong[] keys = [1, 2];
        for (var i = 0; i < 3000; i++) state.Record(new Attempt(CardSet.Start + i * 3600L, 1000, i), keys);
        state.Read(new Attempt(CardSet.Start + 3000 * 3600L, 100, 1), keys, row);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) state.Read(new Attempt(CardSet.Start + 3000 * 3600L, 100, 1), keys, row);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }
}
