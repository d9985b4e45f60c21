using Busker.Experiments.V1;
using Google.Protobuf;

namespace Busker.Flags.Tests;

public sealed class ExposureTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private readonly FlagBook _book = States.Book(States.Targeting("""{"criterion": {"attribute": "x", "presence": "PRESENCE_SET"}}"""));
    private readonly EvaluationContext _context = new EvaluationContext("u1").Set("x", 1);

    private ByteString Token(ExposureTokens tokens) =>
        tokens.Seal(_book, [_book.Resolve("f", _context, _book.Operator())], _context, "web");

    [Fact]
    public void A_sealed_answer_is_applied_later_by_the_servers_clock()
    {
        using var tokens = new ExposureTokens(Key, States.Clock);
        var theirNow = new DateTimeOffset(1999, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var exposure = tokens.Open(Token(tokens), [("f", theirNow.AddSeconds(-30))], theirNow).Value.ShouldHaveSingleItem();
        exposure.AppliedAtUs.ShouldBe((States.Clock.GetUtcNow().AddSeconds(-30) - DateTimeOffset.UnixEpoch).Ticks / 10);
        (exposure.Flag, exposure.Rule, exposure.Assignment, exposure.Variant, exposure.Unit, exposure.Client).ShouldBe(("f", "r", "a", "on", "u1", "web"));
    }

    [Fact]
    public void A_flag_that_is_not_in_the_token_fails_the_whole_apply()
    {
        using var tokens = new ExposureTokens(Key, States.Clock);
        var now = States.Clock.GetUtcNow();
        tokens.Open(Token(tokens), [("f", now), ("g", now)], now).Fault!.Field.ShouldBe("flags");
    }

    [Fact]
    public void A_token_that_was_changed_is_refused()
    {
        using var tokens = new ExposureTokens(Key, States.Clock);
        var bytes = Token(tokens).ToByteArray();
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= 1;
            tokens.Open(ByteString.CopyFrom(bytes), [], States.Clock.GetUtcNow()).Fault!.Reason.ShouldBe("RESOLVE_TOKEN_INVALID");
            bytes[i] ^= 1;
        }
    }

    [Fact]
    public void The_same_exposure_leaves_once_and_another_variant_is_another_exposure()
    {
        var buffer = new ExposureBuffer(States.Clock);
        buffer.Add(new() { Flag = "f", Unit = "u", Variant = "a" }).ShouldBeTrue();
        buffer.Add(new() { Flag = "f", Unit = "u", Variant = "a", ResolveId = "other" }).ShouldBeFalse();
        buffer.Add(new() { Flag = "f", Unit = "u", Variant = "b" }).ShouldBeTrue();
        (buffer.Waiting, buffer.Repeated).ShouldBe((2, 1ul));
    }

    [Theory] // minutes that the caller's clock is off, and the seconds that passed between seeing and sending
    [InlineData(0, 0)]
    [InlineData(-90, 30)]
    [InlineData(525_600, 86_400)]
    public void The_callers_clock_cancels_out(int offMinutes, int ago)
    {
        using var tokens = new ExposureTokens(Key, States.Clock);
        var theirs = States.Clock.GetUtcNow().AddMinutes(offMinutes);
        var exposure = tokens.Open(Token(tokens), [("f", theirs.AddSeconds(-ago))], theirs).Value.ShouldHaveSingleItem();
        exposure.AppliedAtUs.ShouldBe((States.Clock.GetUtcNow().AddSeconds(-ago) - DateTimeOffset.UnixEpoch).Ticks / 10);
    }

    [Theory]
    [InlineData(1)] // seen after it was sent
    [InlineData(-3 * 86_400)]
    public void A_time_that_cannot_be_is_refused(int seconds)
    {
        using var tokens = new ExposureTokens(Key, States.Clock);
        var now = States.Clock.GetUtcNow();
        tokens.Open(Token(tokens), [("f", now.AddSeconds(seconds))], now).Fault!.Field.ShouldBe("apply_time");
    }

    [Fact]
    public void A_token_of_another_key_is_refused_and_two_tokens_of_the_same_answer_differ()
    {
        using var tokens = new ExposureTokens(Key, States.Clock);
        using var strangers = new ExposureTokens([.. Key.Reverse()], States.Clock);
        var now = States.Clock.GetUtcNow();
        tokens.Open(Token(strangers), [("f", now)], now).Fault!.Reason.ShouldBe("RESOLVE_TOKEN_INVALID");
        Token(tokens).ShouldNotBe(Token(tokens));
        System.Text.Encoding.Latin1.GetString(Token(tokens).Span).ShouldNotContain("u1");
    }

    [Fact]
    public void An_exposure_is_new_again_after_a_while()
    {
        var clock = new MovingClock(States.Clock.GetUtcNow());
        var buffer = new ExposureBuffer(clock, dedupFor: TimeSpan.FromMinutes(1));
        buffer.Add(new() { Flag = "f", Unit = "u" }).ShouldBeTrue();
        clock.Now += TimeSpan.FromSeconds(59);
        buffer.Add(new() { Flag = "f", Unit = "u" }).ShouldBeFalse();
        clock.Now += TimeSpan.FromSeconds(2);
        buffer.Add(new() { Flag = "f", Unit = "u" }).ShouldBeTrue();
    }

    private sealed class MovingClock(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }

    [Fact]
    public void Loss_and_duplication_are_counted()
    {
        var buffer = new ExposureBuffer(States.Clock, capacity: 5);
        var ledger = new SequenceLedger();
        for (var i = 0; i < 7; i++) buffer.Add(new() { Flag = "f", Unit = $"u{i}" });
        buffer.Dropped.ShouldBe(2ul);
        var batch = buffer.Peek()!;
        foreach (var e in batch.Exposures.Concat(batch.Exposures)) ledger.Take(e.Sequence); // sent twice: the answer was lost
        buffer.Acknowledge(batch.Exposures[^1].Sequence);
        buffer.Add(new() { Flag = "f", Unit = "last" });
        foreach (var e in buffer.Peek()!.Exposures) ledger.Take(e.Sequence);
        (ledger.Received, ledger.Repeated, ledger.Missing).ShouldBe((6ul, 5ul, 2ul));
    }
}
