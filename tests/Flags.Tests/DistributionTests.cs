using System.Security.Cryptography;
using Busker.Experiments.V1;

namespace Busker.Flags.Tests;

public sealed class DistributionTests : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly string _disk = Path.Combine(Path.GetTempPath(), $"busker-flags-{RandomNumberGenerator.GetHexString(12)}");

    public void Dispose()
    {
        _key.Dispose();
        File.Delete(_disk);
    }

    private Dictionary<string, ECDsa> Keys => new() { ["k1"] = _key };

    private static FlagState State(ulong version, int flags)
    {
        var state = new FlagState { Account = "test", Version = version };
        for (var i = 0; i < flags; i++)
        {
            var flag = States.Targeting("""{"criterion": {"attribute": "x", "equalTo": {"value": {"string": "y"}}}}""").Flags[0];
            flag.Name = $"flag-{i}";
            state.Flags.Add(flag);
        }

        return state;
    }

    private byte[] Signed(FlagState state) => StateFiles.Write(state, States.Clock, _key, "k1");

    [Fact]
    public void A_signed_file_comes_back_as_it_was()
    {
        var opened = StateFiles.Read(Signed(State(3, 50)), Keys).Value;
        opened.State.ShouldBe(State(3, 50));
        (opened.Header.Version, opened.IsVerified).ShouldBe((3ul, true));
    }

    [Fact]
    public void No_byte_can_be_changed_unnoticed()
    {
        var file = Signed(State(3, 2));
        for (var i = 0; i < file.Length; i++)
        {
            file[i] ^= 1;
            var read = StateFiles.Read(file, Keys);
            (read.Fault is not null || read.Value.State.Equals(State(3, 2))).ShouldBeTrue($"byte {i}");
            file[i] ^= 1;
        }
    }

    [Fact]
    public void An_unsigned_file_and_a_stranger_are_refused()
    {
        StateFiles.Read(StateFiles.Write(State(1, 1), States.Clock), Keys).Fault!.Reason.ShouldBe("STATE_FILE_UNSIGNED");
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        StateFiles.Read(StateFiles.Write(State(1, 1), States.Clock, stranger, "k1"), Keys).Fault!.Reason.ShouldBe("STATE_FILE_UNSIGNED");
    }

    [Fact]
    public void A_delta_of_one_flag_in_a_thousand_is_small_and_leads_to_the_same_bytes()
    {
        var old = StateFiles.Read(Signed(State(1, 1000)), Keys).Value;
        var next = State(2, 1000);
        next.Flags[500].Rules[0].Enabled = false;
        next.Flags.RemoveAt(10);
        var delta = StateFiles.WriteDelta(old, next, States.Clock, _key, "k1");
        delta.Length.ShouldBeLessThan(1000);
        var opened = StateFiles.Read(delta, Keys, old).Value;
        opened.State.ShouldBe(next);
        opened.Header.PreviousSha256.ShouldBe(old.Header.StateSha256);
        StateFiles.Read(delta, Keys).Fault!.Reason.ShouldBe("STATE_DELTA_BASE");
    }

    [Fact]
    public void Deltas_between_any_byte_strings_lead_to_the_new_one()
    {
        var random = new Fuzzing.FuzzRandom(7);
        for (var n = 0; n < 300; n++)
        {
            var from = new byte[random.Below(2000)];
            for (var i = 0; i < from.Length; i++) from[i] = (byte)random.Below(4);
            var to = from.ToList();
            for (var edits = random.Below(6); edits > 0 && to.Count > 0; edits--)
            {
                var at = random.Below(to.Count);
                if (random.Below(2) == 0) to.RemoveRange(at, Math.Min(to.Count - at, random.Below(300)));
                else to.InsertRange(at, from.Take(random.Below(200)));
            }

            StateDeltas.Apply(from, StateDeltas.Between(from, to.ToArray()), to.Count).ShouldBe(to);
        }
    }

    [Fact]
    public void A_client_without_its_server_serves_the_last_good_state_and_says_that_it_is_stale()
    {
        var options = new FlagClientOptions(_disk, Keys);
        new FlagClient(States.Clock, options).Freshness.ShouldBe(Freshness.NotReady);
        var first = new FlagClient(States.Clock, options);
        first.Offer(Signed(State(1, 20))).ShouldBeNull();
        first.Offer(StateFiles.WriteDelta(first.State!, State(2, 21), States.Clock, _key, "k1")).ShouldBeNull();
        first.Freshness.ShouldBe(Freshness.Fresh);

        var second = new FlagClient(States.Clock, options);
        second.Freshness.ShouldBe(Freshness.Stale);
        second.Book!.State.Version.ShouldBe(2ul);
        second.Resolve("flag-20", new EvaluationContext("u").Set("x", "y")).Reason.ShouldBe(Reason.Match);
        second.Confirm();
        second.Freshness.ShouldBe(Freshness.Fresh);
    }

    [Fact]
    public void A_bad_state_is_refused_and_the_last_good_one_stays()
    {
        var client = new FlagClient(States.Clock, new(_disk, Keys));
        client.Offer(Signed(State(5, 1))).ShouldBeNull();
        client.Offer(Signed(State(4, 1)))!.Reason.ShouldBe("STATE_OLDER");
        var wrong = State(6, 1);
        wrong.Flags[0].Rules[0].Targeting = new Expression();
        client.Offer(Signed(wrong))!.Reason.ShouldBe("FLAG_STATE_INVALID");
        client.Offer("junk"u8.ToArray())!.Reason.ShouldBe("STATE_FILE_DAMAGED");
        client.Book!.State.Version.ShouldBe(5ul);
    }
}
