using System.Net;
using Busker.EchoHost;

namespace Busker.Rpc.Tests;

/// <summary>Who passes, how often, from which page; and what a repeat is.</summary>
public sealed class AdmissionTests(EdgeFixture edge) : IClassFixture<EdgeFixture>
{
    [Fact]
    public async Task Without_a_key_nobody_passes()
    {
        var answer = await edge.JsonAsync("Say", "{}", key: null);
        answer.Status.ShouldBe(HttpStatusCode.Unauthorized);
        answer.Text.ShouldContain("CREDENTIALS_MISSING");
    }

    [Fact]
    public async Task An_unknown_key_is_unauthenticated() =>
        (await edge.JsonAsync("Say", "{}", key: "nobody")).Status.ShouldBe(HttpStatusCode.Unauthorized);

    [Fact]
    public async Task A_key_without_the_permission_is_told_which_one()
    {
        var answer = await edge.JsonAsync("Keep", "{}", EchoEdge.ReadOnlyKey);
        answer.Status.ShouldBe(HttpStatusCode.Forbidden);
        answer.Text.ShouldContain("echo.write");
    }

    [Fact]
    public async Task A_key_over_its_rate_is_told_when_to_come_back()
    {
        var answers = new List<Answer>();
        for (var i = 0; i < 3; i++) answers.Add(await edge.JsonAsync("Say", "{}", EchoEdge.SlowKey));
        answers.Select(a => a.Status).ShouldBe([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests]);
        int.Parse(answers[2].Headers["retry-after"], System.Globalization.CultureInfo.InvariantCulture).ShouldBeInRange(900, 1000);
        answers[2].Text.ShouldContain("google.rpc.RetryInfo");
    }

    [Fact]
    public async Task Each_part_of_a_call_that_carries_many_counts_against_the_rate()
    {
        async Task<Answer> Ask(string numbers) => await edge.JsonAsync("Mirror", $$"""{"numbers":[{{numbers}}]}""", EchoEdge.BatchKey);
        (await Ask("1, 2, 3")).Status.ShouldBe(HttpStatusCode.OK);
        var refused = await Ask("1, 2");
        refused.Status.ShouldBe(HttpStatusCode.TooManyRequests);
        refused.Text.ShouldContain("RATE_LIMITED");
        int.Parse(refused.Headers["retry-after"], System.Globalization.CultureInfo.InvariantCulture).ShouldBeInRange(900, 1000);
        (await Ask("1")).Status.ShouldBe(HttpStatusCode.OK); // what was refused took nothing
        (await Ask("")).Status.ShouldBe(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public void More_than_a_bucket_holds_passes_when_it_is_full_and_is_paid_off_before_the_next()
    {
        var clock = new Clock();
        var (buckets, limit) = (new TokenBuckets(clock), new RateLimit(10, 10));
        buckets.Take(Guid.Empty, limit, 1000).ShouldBe(TimeSpan.Zero);
        buckets.Take(Guid.Empty, limit, 1).ShouldBe(TimeSpan.FromSeconds(99.1));
        clock.Move(TimeSpan.FromSeconds(99.1));
        buckets.Take(Guid.Empty, limit, 1).ShouldBe(TimeSpan.Zero);
        buckets.Take(Guid.Empty, limit, 1000).ShouldBe(TimeSpan.FromSeconds(1));
    }

    /// <summary>Stands still until it is moved.</summary>
    private sealed class Clock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Move(TimeSpan by) => _ticks += by.Ticks;
    }

    [Fact]
    public async Task A_repeat_by_field_or_header_is_the_same_request_and_says_so()
    {
        var first = await edge.JsonAsync("Keep", """{"requestId":"r-1","text":"a"}""");
        var again = await edge.JsonAsync("Keep", """{"text":"a"}""", EchoEdge.Key, ("idempotency-key", "r-1"));
        first.Headers.ContainsKey("idempotency-replayed").ShouldBeFalse();
        again.Headers["idempotency-replayed"].ShouldBe("true");
        again.Text.ShouldBe(first.Text);
    }

    [Fact]
    public async Task Two_different_keys_for_one_request_are_refused()
    {
        var answer = await edge.JsonAsync("Keep", """{"requestId":"r-2"}""", EchoEdge.Key, ("idempotency-key", "r-3"));
        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Text.ShouldContain("REQUEST_ID_CONFLICT");
    }

    [Theory]
    [InlineData(EchoEdge.Origin, HttpStatusCode.NoContent)]
    [InlineData("https://evil.example.com", HttpStatusCode.Forbidden)]
    public async Task Only_allowed_pages_may_call(string origin, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, new Uri(edge.Edge.Http1, "/echo.v1.Echo/Say"));
        request.Headers.Add("origin", origin);
        request.Headers.Add("access-control-request-method", "POST");
        using var answer = await edge.Client.SendAsync(request);
        answer.StatusCode.ShouldBe(expected);
        answer.Headers.Contains("access-control-allow-origin").ShouldBe(expected == HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Probes_and_metrics_answer_without_a_key()
    {
        await edge.JsonAsync("Say", "{}");
        (await edge.Client.GetStringAsync(new Uri(edge.Edge.Http1, "/healthz"))).ShouldBe("ok\n");
        (await edge.Client.GetStringAsync(new Uri(edge.Edge.Http1, "/readyz"))).ShouldBe("ready\n");
        var metrics = await edge.Client.GetStringAsync(new Uri(edge.Edge.Http1, "/metrics"));
        metrics.ShouldContain("# TYPE rpc_server_call_duration_seconds histogram");
        metrics.ShouldContain("rpc_server_call_duration_seconds_count{rpc_method=\"/echo.v1.Echo/Say\",rpc_response_status_code=\"0\"}");
    }

    [Theory]
    [InlineData("s", 0.3, "le=\"0.25\"} 0", "le=\"0.5\"} 1")]
    [InlineData("ms", 300, "le=\"250\"} 0", "le=\"500\"} 1")]
    [InlineData("By", 5000, "le=\"4096\"} 0", "le=\"16384\"} 1")]
    [InlineData("{unit}", 300, "le=\"200\"} 0", "le=\"500\"} 1")]
    public void The_buckets_of_a_histogram_fit_its_unit(string unit, double value, string below, string above)
    {
        using var text = new Telemetry.PrometheusText();
        using var meter = new System.Diagnostics.Metrics.Meter("Busker.Test");
        meter.CreateHistogram<double>("busker.test.size", unit).Record(value);
        var written = text.Write().Split('\n').Where(l => l.StartsWith("busker_test_size", StringComparison.Ordinal)).ToList();
        written.ShouldContain(l => l.EndsWith(below, StringComparison.Ordinal));
        written.ShouldContain(l => l.EndsWith(above, StringComparison.Ordinal));
    }

    [Fact]
    public void Buckets_that_an_instrument_advises_are_taken()
    {
        using var text = new Telemetry.PrometheusText();
        using var meter = new System.Diagnostics.Metrics.Meter("Busker.Test");
        meter.CreateHistogram("busker.test.advised", "s", advice: new System.Diagnostics.Metrics.InstrumentAdvice<double> { HistogramBucketBoundaries = [7, 70] }).Record(8);
        text.Write().ShouldContain("le=\"70\"} 1");
    }
}
