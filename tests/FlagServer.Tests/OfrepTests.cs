using System.Text.Json.Nodes;

namespace Busker.FlagServer.Tests;

public sealed class OfrepTests : IAsyncLifetime
{
    private Running _server = null!;

    public async Task InitializeAsync() => _server = await Running.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_flag_answers_with_value_reason_variant_and_metadata()
    {
        var banner = await _server.FlagAsync("banner", """{"targetingKey":"u1"}""");
        banner.Status.ShouldBe(200);
        banner.Text.ShouldBe("""{"key":"banner","reason":"STATIC","variant":"text","value":"hello","metadata":{"old":false,"owner":"growth","size":3}}""");
    }

    [Theory]
    [InlineData("checkout", """{"targetingKey":"u1","country":"SE"}""", "SPLIT")]
    [InlineData("checkout", """{"targetingKey":"u1","country":"NO"}""", "DEFAULT")]
    [InlineData("limit", """{"plan":"premium"}""", "TARGETING_MATCH")]
    [InlineData("limit", """{"plan":"free"}""", "DEFAULT")]
    [InlineData("on%2Foff", "{}", "STATIC")]
    [InlineData("asleep", "{}", "DISABLED")]
    public async Task Reasons_are_those_of_OpenFeature(string key, string context, string reason)
    {
        var answer = await _server.FlagAsync(key, context);
        answer.Status.ShouldBe(200);
        ((string?)answer.Json["reason"]).ShouldBe(reason);
    }

    [Fact]
    public async Task Without_a_value_the_caller_keeps_its_own_default()
    {
        (await _server.FlagAsync("asleep", "{}")).Json.AsObject().ContainsKey("value").ShouldBeFalse();
        (await _server.FlagAsync("checkout", """{"targetingKey":"u1"}""")).Json.AsObject().ContainsKey("value").ShouldBeFalse();
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("gone")]
    public async Task What_is_not_there_is_404_FLAG_NOT_FOUND(string key)
    {
        var answer = await _server.FlagAsync(key, "{}");
        answer.Status.ShouldBe(404);
        ((string?)answer.Json["key"]).ShouldBe(key);
        ((string?)answer.Json["errorCode"]).ShouldBe("FLAG_NOT_FOUND");
        ((string?)answer.Json["errorDetails"]).ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task A_unit_that_a_split_needs_and_does_not_get_is_TARGETING_KEY_MISSING()
    {
        var answer = await _server.FlagAsync("checkout", """{"country":"SE"}""");
        answer.Status.ShouldBe(400);
        ((string?)answer.Json["errorCode"]).ShouldBe("TARGETING_KEY_MISSING");
        (await _server.FlagAsync("checkout", """{"country":"NO"}""")).Status.ShouldBe(200, "nobody would have asked for the unit");
    }

    [Theory]
    [InlineData("""{"context":{"targetingKey":true,"country":"SE"}}""", "INVALID_CONTEXT")]
    [InlineData("""{"context":[]}""", "INVALID_CONTEXT")]
    [InlineData("""{"context":null}""", "INVALID_CONTEXT")]
    [InlineData("""{"context":{}""", "PARSE_ERROR")]
    [InlineData("""{"context":{}} {}""", "PARSE_ERROR")]
    [InlineData("""[]""", "PARSE_ERROR")]
    [InlineData("""hello""", "PARSE_ERROR")]
    public async Task A_request_that_makes_no_sense_is_400_with_its_code(string body, string code)
    {
        var answer = await _server.PostAsync("ofrep/v1/evaluate/flags/checkout", body);
        answer.Status.ShouldBe(400);
        ((string?)answer.Json["key"]).ShouldBe("checkout");
        ((string?)answer.Json["errorCode"]).ShouldBe(code);
        ((string?)answer.Json["errorDetails"]).ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task No_body_is_an_empty_context() =>
        (await _server.PostAsync("ofrep/v1/evaluate/flags/banner", "")).Status.ShouldBe(200);

    [Fact]
    public async Task Only_POST_evaluates() => ((int)(await _server.Http.GetAsync("ofrep/v1/evaluate/flags/banner")).StatusCode).ShouldBe(405);

    [Fact]
    public async Task All_flags_come_in_the_order_of_the_state_and_one_that_fails_says_so_in_its_place()
    {
        var all = await _server.FlagsAsync("""{"country":"SE"}""");
        all.Status.ShouldBe(200);
        var flags = all.Json["flags"]!.AsArray();
        flags.Select(f => (string?)f!["key"]).ShouldBe(["banner", "checkout", "limit", "ratio", "on/off", "asleep", "internal", "mail"]);
        ((string?)flags[1]!["errorCode"]).ShouldBe("TARGETING_KEY_MISSING");
        ((double?)flags[3]!["value"]).ShouldBe(0.5);
        var stream = all.Json["eventStreams"]![0]!;
        ((string?)stream["type"]).ShouldBe("sse");
        ((string?)stream["endpoint"]!["requestUri"]).ShouldStartWith("/ofrep/v1/events?since=");
        ((int?)stream["inactivityDelaySec"]).ShouldBe(120);
    }

    [Fact]
    public async Task The_entity_tag_changes_exactly_when_the_answers_do()
    {
        const string Swede = """{"targetingKey":"u1","country":"SE"}""";
        var first = await _server.FlagsAsync(Swede);
        var tag = first.Header("ETag")!;
        var second = await _server.FlagsAsync(Swede, ("If-None-Match", tag));
        (second.Status, second.Text).ShouldBe((304, ""));
        second.Header("ETag").ShouldBe(tag);
        (await _server.FlagsAsync(Swede, ("If-None-Match", $"\"other\", {tag}"))).Status.ShouldBe(304);
        (await _server.FlagsAsync(Swede, ("If-None-Match", "\"other\""))).Status.ShouldBe(200);
        (await _server.FlagsAsync("""{"targetingKey":"u1","plan":"premium"}""", ("If-None-Match", tag))).Status.ShouldBe(200);
        (await _server.FlagsAsync("""{"targetingKey":"u1","country":"SE","unrelated":1}""", ("If-None-Match", tag))).Status.ShouldBe(304);
        _server.Replace(States.Banner("changed"));
        await _server.UntilAsync(() => _server.Host.StateVersion == 9);
        var changed = await _server.FlagsAsync(Swede, ("If-None-Match", tag));
        changed.Status.ShouldBe(200);
        ((string?)changed.Json["flags"]![0]!["value"]).ShouldBe("changed");
    }

    [Fact]
    public async Task A_bulk_request_that_makes_no_sense_has_a_code_and_no_key()
    {
        var answer = await _server.PostAsync("ofrep/v1/evaluate/flags", "{");
        answer.Status.ShouldBe(400);
        ((string?)answer.Json["errorCode"]).ShouldBe("PARSE_ERROR");
        answer.Json.AsObject().ContainsKey("key").ShouldBeFalse();
    }

    [Fact]
    public async Task Both_spellings_of_the_targeting_key_find_the_same_bucket()
    {
        for (var i = 0; i < 20; i++)
        {
            var left = await _server.FlagAsync("checkout", $$"""{"targetingKey":"u{{i}}","country":"SE"}""");
            var right = await _server.FlagAsync("checkout", $$"""{"targeting_key":"u{{i}}","country":"SE"}""");
            left.Text.ShouldBe(right.Text);
        }
    }

    [Fact]
    public async Task Where_there_is_nothing_the_answer_says_what_there_is() =>
        ((string?)JsonNode.Parse(await (await _server.Http.GetAsync("nothing")).Content.ReadAsStringAsync())!["errorDetails"])!.ShouldContain("/ofrep/v1/evaluate/flags");
}
