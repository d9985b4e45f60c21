using Busker.Learning.Features;
using Busker.Learning.Fraud;

namespace Busker.Learning.Tests.Features;

public sealed class VelocitySnapshotTests
{
    private static readonly VelocityPlan Plan = VelocityPlan.Of(["card", "device"],
    [
        new("count", Measure.Count, "card", 5000), new("mean", Measure.DecayedMean, "card", 900), new("z", Measure.AmountZ, "card", 9000),
        new("distinct", Measure.Distinct, "device", 40_000) { Other = "card" }, new("risk", Measure.Risk, "device", 9000) { Delay = 100, Strength = 1, Prior = 0.1 },
    ]).Value;

    [Fact]
    public void A_restored_state_goes_on_with_the_same_bits()
    {
        var state = new VelocityState(Plan);
        for (var i = 0; i < 2000; i++) Step(state, i);
        var restored = VelocitySnapshot.Read(Plan, VelocitySnapshot.Write(state)).Value;
        VelocitySnapshot.Write(restored).ShouldBe(VelocitySnapshot.Write(state));
        var (a, b) = (new double[5], new double[5]);
        for (var i = 2000; i < 2500; i++)
        {
            state.Read(new Attempt(i * 10, 77, i), [(ulong)(i % 90) + 1, 1], a);
            restored.Read(new Attempt(i * 10, 77, i), [(ulong)(i % 90) + 1, 1], b);
            b.ShouldBe(a);
            Step(state, i);
            Step(restored, i);
        }
    }

    [Fact]
    public void Cut_altered_or_foreign_snapshots_are_refused()
    {
        var state = new VelocityState(Plan);
        Step(state, 1);
        var bytes = VelocitySnapshot.Write(state);
        VelocitySnapshot.Read(Plan, bytes.AsSpan(0, bytes.Length - 1)).Fault!.Message.ShouldContain("checksum does not match");
        VelocitySnapshot.Read(Plan, [1]).Fault!.Message.ShouldBe("this is not a velocity snapshot");
        VelocitySnapshot.Read(CardPlans.Book, bytes).Fault!.Message.ShouldBe("the velocity snapshot belongs to another plan");
    }

    private static void Step(VelocityState state, int i)
    {
        ulong[] keys = [(ulong)(i * 7 % 90) + 1, (ulong)(i % 3) + 1];
        var attempt = new Attempt(i * 10, i * 31 % 9000, i);
        state.Record(attempt, keys);
        if (i % 5 == 0) state.Learn(attempt, keys, true);
    }
}
