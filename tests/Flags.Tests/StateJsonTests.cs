using System.Text;
using Busker.Experiments.V1;
using Busker.Flags.Fuzzing;
using Google.Protobuf;

namespace Busker.Flags.Tests;

public sealed class StateJsonTests
{
    private static string Refusal(string json) => StateSource.Read(Encoding.UTF8.GetBytes(json)).Fault!.Message;

    [Fact]
    public void A_state_is_read_from_its_JSON_as_protobuf_reads_it()
    {
        var states = new FuzzStates(new(5));
        for (var n = 0ul; n < 40; n++)
        {
            var json = JsonFormatter.Default.Format(states.Next(n));
            StateSource.Read(Encoding.UTF8.GetBytes(json)).Value.ShouldBe(FlagState.Parser.ParseJson(json));
        }
    }

    [Theory]
    [InlineData("""{"version":"7","account":"a"}""")]
    [InlineData("""{"version":7.0,"flags":null,"environments":["\u00e5","\ud83d\ude00","\"\\"]}""")]
    [InlineData("""{"flags":[{"default_variant":"x","state":"ACTIVE"},{"defaultVariant":"y","state":2}]}""")]
    [InlineData("""{"flags":[{"variants":[{"value":null},{"value":[1,"a",{"b":[true,null]}]},{"value":{}}],"metadata":{"a":1e3,"b":{"c":[]}}}]}""")]
    [InlineData("""{"clients":[{"credentials":[{"secretSha256":"AQID"},{"secretSha256":"+/8="},{"secret_sha256":""}]}]}""")]
    [InlineData("""{"segments":[{"targeting":{"criterion":{"attribute":"a","between":{"lower":{"number":"NaN"},"upper":{"number":"-1.5e3"}}}}}]}""")]
    [InlineData("""{"segments":[{"targeting":{"criterion":{"relativeTime":{"fromUs":"-5","toUs":6},"attribute":"a"}}},{"targeting":{"criterion":{"kinds":{"kinds":["KIND_BOOL",3]}}}}]}""")]
    [InlineData(""" { "flags" : [ { "schema" : { "struct" : { "fields" : { "a" : { "scalar" : "INT" }, "b" : { "list" : { "element" : { } } } } } } } ] } """)]
    public void Every_way_to_write_a_field_is_read_as_protobuf_reads_it(string json) =>
        StateSource.Read(Encoding.UTF8.GetBytes(json)).Value.ShouldBe(FlagState.Parser.ParseJson(json));

    [Fact]
    public void A_byte_order_mark_is_skipped() =>
        StateSource.Read([0xEF, 0xBB, 0xBF, .. "{\"account\":\"a\"}"u8]).Value.Account.ShouldBe("a");

    [Theory]
    [InlineData("", "line 1")]
    [InlineData("[]", "line 1: is not an object")]
    [InlineData("{} {}", "line 1")]
    [InlineData("{\n\"flags\": [{\n\"nmae\": 1}]}", "line 3: \"nmae\" is not a field of Flag")]
    [InlineData("{\"account\":\"a\",\"account\":\"b\"}", "\"account\" is there twice")]
    [InlineData("{\"version\":-1}", "\"version\" is not a whole number in range")]
    [InlineData("{\"version\":1.5}", "\"version\" is not a whole number in range")]
    [InlineData("{\"flags\":{}}", "\"flags\" is not a list")]
    [InlineData("{\"flags\":[null]}", "\"flags\" is not an object")]
    [InlineData("{\"flags\":[{\"state\":\"ON\"}]}", "\"state\" is none of STATE_UNSPECIFIED, ACTIVE")]
    [InlineData("{\"flags\":[{\"rules\":[{\"enabled\":1}]}]}", "\"enabled\" is not bool")]
    [InlineData("{\"segments\":[{\"targeting\":{\"segment\":\"a\",\"list\":\"b\"}}]}", "\"list\" excludes another field that is there too")]
    [InlineData("{\"clients\":[{\"credentials\":[{\"secretSha256\":\"!\"}]}]}", "\"secret_sha256\" is not base64")]
    [InlineData("{\"account\":\"\\ud800\"}", "line 1")]
    [InlineData("{\"flags\":[{\"variants\":[{\"value\":1e999}]}]}", "a number is out of range")]
    public void What_is_not_of_the_contract_is_refused_with_its_line(string json, string message) => Refusal(json).ShouldContain(message);

    [Fact]
    public void Deep_JSON_is_refused() =>
        Refusal("{\"flags\":[{\"variants\":[{\"value\":" + new string('[', 100_000)).ShouldContain("depth");

    [Fact]
    public void A_large_state_is_read_and_compiled_by_two_threads_as_by_one_and_its_problems_are_told_in_order()
    {
        var state = new FlagState { Account = "a", Version = 3 };
        for (var i = 0; i < 3000; i++)
        {
            var flag = States.Targeting("""{"criterion": {"attribute": "x", "presence": "PRESENCE_SET"}}""").Flags[0];
            flag.Name = $"flag-{i}";
            flag.Metadata = new() { Fields = { ["note"] = Google.Protobuf.WellKnownTypes.Value.ForString(new string('x', 500)) } };
            state.Flags.Add(flag);
        }

        var read = StateSource.Read(StateFiles.Write(state, TimeProvider.System)).Value;
        read.ShouldBe(state);
        FlagBook.Build(read, TimeProvider.System).Value.Flags.Select(f => f.Name).ShouldBe(state.Flags.Select(f => f.Name));
        foreach (var i in (int[])[2, 2000]) state.Flags[i].DefaultVariant = "gone";
        foreach (var i in (int[])[2999, 1]) state.Flags[i].Prerequisites.Add(new FlagCondition { Flag = "nobody" });
        FlagBook.Build(state, TimeProvider.System).Fault!.Violations.Select(v => v.Field)
            .ShouldBe(["flags[2].default_variant", "flags[2000].default_variant", "flags[1].prerequisites[0].flag", "flags[2999].prerequisites[0].flag"]);
    }
}
