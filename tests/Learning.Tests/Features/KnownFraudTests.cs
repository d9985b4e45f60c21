using Busker.Learning.Features;
using Busker.Learning.Numbers;

namespace Busker.Learning.Tests.Features;

/// <summary>Outcomes that arrive late, twice, are withdrawn and come back, against a list of all payments and what is known of each.</summary>
public sealed class KnownFraudTests
{
    private const long Window = 5000, Delay = 700;

    private static readonly VelocityPlan Plan = VelocityPlan.Of(["device"],
    [
        new("frauds", Measure.KnownFrauds, "device", Window),
        new("risk", Measure.Risk, "device", Window) { Delay = Delay, Strength = 3, Prior = 0.2 },
        new("total", Measure.TotalKnownFrauds, "device"),
        new("since", Measure.DaysSinceKnownFraud, "device"),
        new("first", Measure.DaysSinceFirstKnownFraud, "device", Window),
        new("run", Measure.FraudRun, "device", Window),
        new("count", Measure.Count, "device", Window),
    ]).Value;

    private sealed record Payment(long Time, ulong Device)
    {
        public bool Known { get; set; }
    }

    [Fact]
    public void Every_answer_is_that_of_the_plain_list_whatever_is_learned_when()
    {
        for (var seed = 0UL; seed < 40; seed++) Follow(new Rng(seed), $"seed {seed}", (state, _) => state);
    }

    [Fact]
    public void So_it_is_through_snapshots_and_the_forgetting_of_idle_entities()
    {
        for (var seed = 100UL; seed < 120; seed++)
        {
            Follow(new Rng(seed), $"seed {seed}", (state, rng) =>
            {
                if (rng.NextBool(0.1)) state.Evict(long.MinValue); // forgets nobody, gives memory back
                return rng.NextBool(0.1) ? VelocitySnapshot.Read(Plan, VelocitySnapshot.Write(state)).Value : state;
            });
        }
    }

    private static void Follow(Rng rng, string when, Func<VelocityState, Rng, VelocityState> between)
    {
        var (state, payments, row) = (new VelocityState(Plan), new List<Payment>(), new double[Plan.Features.Count]);
        long now = 1000;
        for (var n = 0; n < 150; n++)
        {
            now += rng.NextInt(3) * rng.NextInt(400); // with ties
            var payment = new Payment(now, (ulong)rng.NextInt(2) + 1);
            state.Record(new Attempt(now, 100, payments.Count), [payment.Device]);
            payments.Add(payment);
            for (var labels = rng.NextInt(3); labels > 0; labels--)
            {
                // Any payment so far, also one long out of every window, also one labelled before.
                var id = rng.NextInt(payments.Count);
                payments[id].Known = rng.NextBool(0.7);
                state.Learn(new Attempt(payments[id].Time, 100, id), [payments[id].Device], payments[id].Known);
            }

            state = between(state, rng);
            var asked = now + rng.NextInt(2000);
            foreach (var device in new ulong[] { 1, 2 })
            {
                state.Read(new Attempt(asked, 5, -1), [device], row);
                double[] expected = Expected([.. payments.Where(p => p.Device == device)], asked);
                for (var f = 0; f < row.Length; f++)
                {
                    if (double.IsNaN(expected[f])) row[f].ShouldBe(double.NaN, $"{when}, step {n}, {Plan.Names[f]}");
                    else row[f].ShouldBe(expected[f], 1e-9, $"{when}, step {n}, {Plan.Names[f]}");
                }
            }
        }
    }

    private static double[] Expected(Payment[] own, long now)
    {
        var window = own.Where(p => p.Time > now - Window).ToArray();
        var matured = own.Where(p => p.Time > now - Window - Delay && p.Time <= now - Delay).ToArray();
        return
        [
            window.Count(p => p.Known),
            (matured.Count(p => p.Known) + 3 * 0.2) / (matured.Length + 3),
            own.Count(p => p.Known),
            own.Any(p => p.Known) ? (now - own.Last(p => p.Known).Time) / 86_400.0 : double.NaN,
            window.Any(p => p.Known) ? (now - window.First(p => p.Known).Time) / 86_400.0 : double.NaN,
            own.Length == 0 ? double.NaN : window.Reverse().TakeWhile(p => p.Known).Count(),
            window.Length,
        ];
    }

    [Fact]
    public void A_merged_state_knows_what_both_knew_and_once_only()
    {
        var (left, right, row) = (new VelocityState(Plan), new VelocityState(Plan), new double[Plan.Features.Count]);
        for (var n = 0; n < 20; n++) (n % 2 == 0 ? left : right).Record(new Attempt(100 * n, 5, n), [1]);
        for (var n = 0; n < 20; n += 3) (n % 2 == 0 ? left : right).Learn(new Attempt(100 * n, 5, n), [1], true);
        left.Merge(right);
        left.Learn(new Attempt(300, 5, 3), [1], true); // known to the other already
        left.Read(new Attempt(2000, 5, -1), [1], row);
        row[2].ShouldBe(7);
        left.Learn(new Attempt(1800, 5, 18), [1], false);
        left.Read(new Attempt(2000, 5, -1), [1], row);
        (row[2], row[3]).ShouldBe((6, 500 / 86_400.0));
    }

    [Fact]
    public void Asking_about_a_moment_already_past_is_refused_because_the_answer_would_look_ahead()
    {
        var (state, row) = (new VelocityState(Plan), new double[Plan.Features.Count]);
        state.Record(new Attempt(1000, 5, 1), [1]);
        Should.Throw<ArgumentException>(() => state.Read(new Attempt(999, 5, 2), [1], row)).Message.ShouldContain("comes after one at 1000");
        state.Read(new Attempt(1000, 5, 2), [1], row);
    }

    [Fact]
    public void A_burst_gives_its_memory_back_when_it_has_passed()
    {
        var state = new VelocityState(Plan);
        for (var n = 0; n < 10_000; n++) state.Record(new Attempt(n / 7, 5, n), [1]);
        state.Record(new Attempt(100_000, 5, -1), [2]);
        var before = VelocitySnapshot.Write(state).Length;
        state.Evict(0).ShouldBe(0);
        VelocitySnapshot.Write(state).Length.ShouldBeLessThan(before / 100);
        var row = new double[Plan.Features.Count];
        state.Read(new Attempt(100_000, 5, -2), [1], row);
        row[6].ShouldBe(0);
    }
}
