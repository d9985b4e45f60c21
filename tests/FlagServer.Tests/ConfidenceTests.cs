using System.Text.Json.Nodes;
using Busker.Experiments.V1;

namespace Busker.FlagServer.Tests;

public sealed class ConfidenceTests
{
    private const string Swede = """{"targeting_key":"u1","country":"SE"}""";

    private static Task<Answered> ResolveAsync(Running server, string members) => server.PostAsync("v1/flags:resolve", $$"""{"clientSecret":"web-secret",{{members}}}""");

    private static Task<Answered> ApplyAsync(Running server, string token, string flag = "flags/checkout", string secret = "web-secret", string applied = "2020-01-01T00:00:00Z", string sent = "2020-01-01T00:00:10Z") =>
        server.PostAsync("v1/flags:apply", $$"""{"clientSecret":"{{secret}}","resolveToken":"{{token}}","sendTime":"{{sent}}","flags":[{"flag":"{{flag}}","applyTime":"{{applied}}"}]}""");

    /// <summary>What was written when the server has stopped.</summary>
    private static async Task<List<ExposureBatch>> WrittenAsync(Running server)
    {
        await server.Host.DisposeAsync();
        return File.Exists(server.ExposurePath) ? [.. File.ReadLines(server.ExposurePath).Select(ExposureBatch.Parser.ParseJson)] : [];
    }

    [Fact]
    public async Task A_flag_resolves_to_variant_value_schema_and_reason()
    {
        await using var server = await Running.StartAsync(States.Closed);
        var answer = await ResolveAsync(server, $$"""
            "flags":["flags/checkout","flags/missing","flags/limit"],"evaluationContext":{{Swede}},"apply":false,"sdk":{"id":"SDK_ID_JS_CONFIDENCE","version":"1"}
            """);
        answer.Status.ShouldBe(200);
        var flags = answer.Json["resolvedFlags"]!.AsArray();
        flags.Count.ShouldBe(2);
        var (checkout, limit) = (flags[0]!, flags[1]!);
        ((string?)checkout["flag"]).ShouldBe("flags/checkout");
        ((string?)checkout["variant"]).ShouldStartWith("flags/checkout/variants/");
        ((string?)checkout["reason"]).ShouldBe("RESOLVE_REASON_MATCH");
        ((bool?)checkout["shouldApply"]).ShouldBe(true);
        checkout["flagSchema"]!.ToJsonString().ShouldBe("""{"schema":{"color":{"stringSchema":{}},"size":{"intSchema":{}}}}""");
        checkout["value"]!["color"].ShouldNotBeNull();
        checkout["value"]!.AsObject().ContainsKey("size").ShouldBeTrue("missing fields are null");
        limit["value"]!.ToJsonString().ShouldBe("""{"value":10}""");
        limit["flagSchema"]!.ToJsonString().ShouldBe("""{"schema":{"value":{"intSchema":{}}}}""");
        ((bool?)limit["shouldApply"]).ShouldBe(false);
        ((string?)answer.Json["resolveToken"]).ShouldNotBeNullOrEmpty();
        ((string?)answer.Json["resolveId"])!.Length.ShouldBe(32);
    }

    [Fact]
    public async Task No_names_are_all_flags_of_the_client_and_what_does_not_match_says_so()
    {
        await using var server = await Running.StartAsync(States.Closed);
        var flags = (await ResolveAsync(server, "\"evaluation_context\":{\"targeting_key\":\"u1\"}")).Json["resolvedFlags"]!.AsArray();
        flags.Select(f => (string?)f!["flag"]).ShouldBe(["flags/banner", "flags/checkout", "flags/limit", "flags/ratio", "flags/on/off", "flags/asleep", "flags/mail"]);
        ((string?)flags[1]!["reason"]).ShouldBe("RESOLVE_REASON_NO_SEGMENT_MATCH");
        ((string?)flags[1]!["variant"]).ShouldBe("");
        ((string?)flags[5]!["reason"]).ShouldBe("RESOLVE_REASON_FLAG_ARCHIVED");
    }

    [Fact]
    public async Task What_is_applied_at_once_leaves_as_a_numbered_exposure()
    {
        await using var server = await Running.StartAsync(States.Closed);
        await ResolveAsync(server, $"\"flags\":[\"flags/checkout\"],\"evaluationContext\":{Swede},\"apply\":true");
        var batch = (await WrittenAsync(server)).ShouldHaveSingleItem();
        batch.Sender.Length.ShouldBe(32);
        var exposure = batch.Exposures.ShouldHaveSingleItem();
        (exposure.Flag, exposure.Rule, exposure.Unit, exposure.Client, exposure.Sequence).ShouldBe(("checkout", "split", "u1", "web", 1ul));
    }

    [Fact]
    public async Task What_is_applied_later_is_dated_by_the_servers_clock()
    {
        await using var server = await Running.StartAsync(States.Closed);
        var resolved = await ResolveAsync(server, $"\"evaluationContext\":{Swede},\"apply\":false");
        var (token, id) = ((string)resolved.Json["resolveToken"]!, (string)resolved.Json["resolveId"]!);
        var before = TimeProvider.System.GetUtcNow();
        (await ApplyAsync(server, token)).Text.ShouldBe("{}");
        var exposure = (await WrittenAsync(server)).SelectMany(b => b.Exposures).ShouldHaveSingleItem();
        var at = DateTimeOffset.UnixEpoch.AddTicks(exposure.AppliedAtUs * 10);
        at.ShouldBe(before.AddSeconds(-10), Running.Patience);
        exposure.ResolveId.ShouldBe(id);
    }

    [Fact]
    public async Task A_token_that_was_changed_or_is_another_clients_applies_nothing()
    {
        await using var server = await Running.StartAsync(States.Closed);
        var token = (string)(await ResolveAsync(server, $"\"evaluationContext\":{Swede},\"apply\":false")).Json["resolveToken"]!;
        var other = Convert.FromBase64String(token);
        other[20] ^= 1;
        (await ApplyAsync(server, Convert.ToBase64String(other))).Status.ShouldBe(400);
        (await ApplyAsync(server, "")).Status.ShouldBe(400);
        (await ApplyAsync(server, "not base64!")).Status.ShouldBe(400);
        (await ApplyAsync(server, token, flag: "flags/banner")).Status.ShouldBe(400, "it assigned nothing");
        (await ApplyAsync(server, token, sent: "2019-01-01T00:00:00Z")).Status.ShouldBe(400, "applied after it was sent");
        (await ApplyAsync(server, token, sent: "yesterday")).Status.ShouldBe(400);
        var foreign = await ApplyAsync(server, token, secret: "back-secret");
        foreign.Status.ShouldBe(403);
        ((int?)foreign.Json["code"]).ShouldBe(7);
        (await WrittenAsync(server)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"clientSecret":"wrong"}""", 401, 16)]
    [InlineData("""{}""", 401, 16)]
    [InlineData("""{"clientSecret":"web-secret","evaluationContext":7}""", 400, 3)]
    [InlineData("""{"clientSecret":"web-secret","flags":"x"}""", 400, 3)]
    [InlineData("""{"clientSecret":"web-secret","flags":[1]}""", 400, 3)]
    [InlineData("""nonsense""", 400, 3)]
    public async Task A_refusal_is_a_status_with_code_and_message(string body, int http, int code)
    {
        await using var server = await Running.StartAsync(States.Closed);
        var answer = await server.PostAsync("v1/flags:resolve", body);
        answer.Status.ShouldBe(http);
        ((int?)answer.Json["code"]).ShouldBe(code);
        ((string?)answer.Json["message"]).ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task More_than_a_thousand_names_are_refused()
    {
        await using var server = await Running.StartAsync();
        var names = new JsonArray([.. Enumerable.Range(0, 1001).Select(i => (JsonNode)$"flags/f{i}")]);
        var answer = await server.PostAsync("v1/flags:resolve", $$"""{"flags":{{names.ToJsonString()}}}""");
        answer.Status.ShouldBe(400);
        ((string?)answer.Json["message"])!.ShouldContain("1000");
    }

    [Fact]
    public async Task A_single_OFREP_answer_that_assigns_is_an_exposure_and_a_list_of_answers_is_none()
    {
        await using var server = await Running.StartAsync();
        await server.FlagsAsync("""{"targetingKey":"u1","country":"SE"}""");
        await server.FlagAsync("checkout", """{"targetingKey":"u1","country":"SE"}""");
        await server.FlagAsync("checkout", """{"targetingKey":"u1","country":"SE"}""");
        await server.FlagAsync("checkout", """{"targetingKey":"u1","country":"NO"}""");
        (await WrittenAsync(server)).SelectMany(b => b.Exposures).Select(e => e.Unit).ShouldBe(["u1"], "the second is a repeat, the third assigns nothing");
    }
}
