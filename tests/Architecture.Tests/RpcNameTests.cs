using System.Text.RegularExpressions;

namespace Busker.Architecture.Tests;

/// <summary>One name everywhere: `rpc ConsumeCap` is ConsumeCap.cs in the sources and ConsumeCapTests.cs in the tests.</summary>
public sealed partial class RpcNameTests
{
    [GeneratedRegex(@"^\s*rpc\s+(\w+)\s*\(", RegexOptions.Multiline)]
    private static partial Regex Rpc();

    private static IEnumerable<string> Rpcs(string proto) => Rpc().Matches(proto).Select(m => m.Groups[1].Value);

    private static IEnumerable<string> Missing(IEnumerable<string> rpcs, HashSet<string> slices, HashSet<string> tested) =>
        rpcs.SelectMany(rpc => new[]
        {
            slices.Contains($"{rpc}.cs") ? null : $"rpc {rpc} has no src/**/{rpc}.cs",
            tested.Contains($"{rpc}Tests.cs") ? null : $"rpc {rpc} has no tests/**/{rpc}Tests.cs with a test in it",
        }).OfType<string>();

    private static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Repo.Root, folder), pattern, SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal));

    private static List<string> Contract() => [.. Files("proto/busker", "*.proto").SelectMany(f => Rpcs(File.ReadAllText(f)))];

    private static HashSet<string> Slices() => [.. Files("src", "*.cs").Select(f => Path.GetFileName(f))];

    private static HashSet<string> Tested() =>
        [.. Files("tests", "*Tests.cs").Where(f => HasTest(File.ReadAllText(f))).Select(f => Path.GetFileName(f))];

    private static bool HasTest(string text) =>
        text.Contains("[Fact]", StringComparison.Ordinal) || text.Contains("[Theory]", StringComparison.Ordinal);

    [Fact]
    public void Every_rpc_has_its_file_and_its_tests() => Missing(Contract(), Slices(), Tested()).ShouldBeEmpty();

    [Fact]
    public void A_planted_rpc_without_file_and_tests_is_seen() =>
        Missing(Rpcs("service S {\n  rpc GrowWings(A) returns (stream B) {}\n}"), Slices(), Tested())
            .ShouldBe(["rpc GrowWings has no src/**/GrowWings.cs", "rpc GrowWings has no tests/**/GrowWingsTests.cs with a test in it"]);

    [Fact]
    public void A_test_file_without_a_test_does_not_count() => HasTest("public sealed class GrowWingsTests { }").ShouldBeFalse();

    [Fact]
    public void The_scan_is_not_blind() => Contract().ShouldContain("ConsumeCap");
}
