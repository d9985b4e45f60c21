using System.Diagnostics;
using System.Text;

namespace Busker.FlagImport.Tests;

/// <summary>Whatever is fed in, the answer comes soon and says what is wrong.</summary>
public sealed class HostileTests
{
    public static TheoryData<FlagSource> Sources => [FlagSource.Confidence, FlagSource.Flagd, FlagSource.GrowthBook, FlagSource.Unleash];

    [Theory]
    [MemberData(nameof(Sources))]
    public void Deep_JSON_half_characters_huge_numbers_and_no_JSON_are_refused_in_one_sentence(FlagSource source)
    {
        Imports.Refused(source, "{" + string.Concat(Enumerable.Repeat("\"a\":{", 100_000))).Message.ShouldContain("is not JSON");
        Imports.Refused(source, """{"features": [{"name": "\ud800"}], "flags": {"\ud800": 1}}""").Message.ShouldContain("half a character");
        Imports.Refused(source, """{"features": 1e999}""").Message.ShouldContain("features: a number too large");
        Imports.Refused(source, """{"features": NaN}""").Message.ShouldContain("is not JSON");
        Imports.Refused(source, "[]").Field.ShouldBe("source");
        Imports.Refused(source, "{}").Message.ShouldContain("is missing");
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public void Bytes_that_are_anything_are_a_fault_or_a_state_and_never_an_exception(FlagSource source)
    {
        var random = 12345u;
        for (var n = 0; n < 2000; n++)
        {
            var bytes = new byte[n % 64];
            for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)((random = unchecked(random * 1664525 + 1013904223)) >> 24);
            FlagImports.Read(source, bytes);
        }
    }

    [Theory]
    [InlineData(FlagSource.Flagd, """{"flags": {"f": {"state": "ENABLED", "variants": {"on": true}, "defaultVariant": "on", "targeting": {"if": [{"==": [{"var": "x"}, "y"]}, "on"]}}}}""")]
    [InlineData(FlagSource.GrowthBook, """{"features": {"f": {"defaultValue": 1, "rules": [{"condition": {"x": {"$in": [1]}}, "variations": [1, 2], "weights": [0.5, 0.5], "meta": [{"key": "a"}], "parentConditions": [{"id": "f", "condition": {}}]}]}}}""")]
    [InlineData(FlagSource.Unleash, """{"features": [{"name": "f", "enabled": true, "strategies": [{"name": "default", "parameters": {}, "constraints": [{"contextName": "a", "operator": "IN", "values": ["x"]}], "variants": [{"name": "v", "weight": 1, "overrides": [{"contextName": "b", "values": ["c"]}]}]}]}]}""")]
    [InlineData(FlagSource.Confidence, """{"flags": [{"name": "flags/f", "rules": [{"name": "r", "segment": "segments/s", "assignmentSpec": {"bucketCount": 1, "assignments": [{"bucketRanges": [{"upper": 1}]}]}}]}], "segmentsNoBitsets": [{"name": "segments/s", "targeting": {"criteria": {"c": {"attribute": {"setRule": {"values": [{"numberValue": 1}]}}}}, "expression": {"not": {"ref": "c"}}}}], "bitsets": [{"segment": "segments/s", "gzippedBitset": "AAAA"}]}""")]
    public void Any_value_may_stand_anywhere(FlagSource source, string json)
    {
        string[] planted = ["null", "0", "-1", "1e300", "\"\"", "\"x\"", "true", "[]", "{}", "[null]", "[[]]", "{\"$ref\": 1}"];
        for (var at = 0; at < json.Length; at++)
        {
            if (json[at] is not ('"' or '{' or '[' or 't') || json[at - 1 < 0 ? 0 : at - 1] is not (' ' or '[')) continue;
            var end = EndOfValue(json, at);
            if (end < json.Length && json[end] == ':') continue;
            foreach (var value in planted) Imports.Try(source, string.Concat(json.AsSpan(0, at), value, json.AsSpan(end)));
        }
    }

    [Fact]
    public void Evaluators_that_unfold_without_end_are_cut()
    {
        var evaluators = string.Join(',', Enumerable.Range(0, 60).Select(i => $$""" "e{{i}}": {"or": [{"$ref": "e{{i + 1}}"}, {"$ref": "e{{i + 1}}"}]}"""));
        var imported = Timed(() => Imports.Read(FlagSource.Flagd, """{"$evaluators": {HERE}, "flags": {"f": {"state": "ENABLED", "variants": {"on": 1}, "targeting": {"if": [{"$ref": "e0"}, "on"]}}}}""".Replace("HERE", evaluators)));
        imported.State.Flags.ShouldBeEmpty();
        imported.Findings.ShouldNotBeEmpty();
    }

    [Fact]
    public void Conditions_that_would_multiply_are_cut()
    {
        var condition = new StringBuilder("""{"==": [{"var": "x"}, 1]}""");
        for (var i = 0; i < 25; i++) condition.Insert(0, """{"and": [{"<": [{"var": "a"}, 1]}, """).Append("]}");
        var imported = Timed(() => Imports.Read(FlagSource.Flagd, Imports.Flagd("""{"if": [HERE, "on"]}""".Replace("HERE", condition.ToString()))));
        imported.Findings.ShouldContain(f => f.Reason.Contains("nested more than"));
    }

    [Fact]
    public void Long_chains_of_groups_segments_and_prerequisites_are_cut()
    {
        var groups = string.Join(',', Enumerable.Range(0, 2_000).Select(i => """
            "gFROM": {"type": "condition", "condition": {"$savedGroup": {"id": "gTO"}}}
            """.Replace("FROM", $"{i}").Replace("TO", $"{i + 1}")));
        Timed(() => Imports.Read(FlagSource.GrowthBook, """{"savedGroups": {HERE}, "features": {"f": {"defaultValue": 1, "rules": [{"condition": {"$savedGroup": {"id": "g0"}}, "force": 2}]}}}""".Replace("HERE", groups)))
            .Findings.ShouldContain(f => f.Reason.Contains("deep"));
        var features = string.Join(',', Enumerable.Range(0, 1_000).Select(i => """
            "fFROM": {"defaultValue": 1, "rules": [{"parentConditions": [{"id": "fTO", "condition": {"value": 1}}], "force": 2}]}
            """.Replace("FROM", $"{i}").Replace("TO", $"{i + 1}")));
        Timed(() => Imports.Read(FlagSource.GrowthBook, """{"features": {HERE}}""".Replace("HERE", features))).Findings.ShouldNotBeEmpty();
    }

    [Fact]
    public void A_bitset_that_unpacks_to_gigabytes_is_refused()
    {
        using var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var i = 0; i < 2000; i++) gzip.Write(new byte[1 << 16]);
        }

        var json = $$"""{"flags": [], "segmentsNoBitsets": [{"name": "segments/s"}], "bitsets": [{"segment": "segments/s", "gzippedBitset": "{{Convert.ToBase64String(packed.ToArray())}}"}], "clients": [{"name": "clients/c"}]}""";
        var imported = Timed(() => Imports.Read(FlagSource.Confidence, json, new("acme")));
        imported.State.Segments.ShouldBeEmpty();
        imported.Findings.ShouldHaveSingleItem().Reason.ShouldContain("cannot be unpacked");
    }

    private static Imported Timed(Func<Imported> read)
    {
        var watch = Stopwatch.StartNew();
        var imported = read();
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(30));
        return imported;
    }

    private static int EndOfValue(string json, int at)
    {
        if (json[at] == 't') return at + 4;
        if (json[at] == '"') return json.IndexOf('"', at + 1) + 1;
        var depth = 0;
        for (var i = at; ; i++)
        {
            if (json[i] is '{' or '[') depth++;
            if (json[i] is '}' or ']' && --depth == 0) return i + 1;
        }
    }
}
