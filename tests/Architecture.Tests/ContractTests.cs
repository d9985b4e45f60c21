using System.Diagnostics;

namespace Busker.Architecture.Tests;

/// <summary>The contract keeps the rules of buf.yaml and breaks nothing that was released in proto/released.binpb.</summary>
public sealed class ContractTests
{
    private const string Money = "proto/busker/common/v1/money.proto";

    [Fact]
    public void The_contract_keeps_its_rules() => Buf(Repo.Root, "lint").ShouldBe("");

    [Fact]
    public void The_contract_breaks_nothing_that_was_released() => Breaking(Repo.Root).ShouldBe("");

    [Theory]
    [InlineData("  // Three capital letters of ISO 4217.\n", "", "Field \"currency_code\" should have a non-empty comment")]
    [InlineData("currency_code", "CurrencyCode", "Field name \"CurrencyCode\" should be lower_snake_case")]
    public void A_planted_breach_of_a_rule_is_seen(string written, string planted, string said) =>
        Buf(Planted(written, planted), "lint").ShouldContain(said);

    [Theory]
    [InlineData("amount_minor = 1", "amount_minor = 3", "Previously present field \"1\"")]
    [InlineData("int64 amount_minor", "double amount_minor", "Field \"1\" with name \"amount_minor\" on message \"Money\" changed type")]
    [InlineData("string currency_code = 2;", "", "Previously present field \"2\"")]
    [InlineData("currency_code", "currency", "Field \"2\" with name \"currency\" on message \"Money\" changed option \"json_name\"")]
    public void A_planted_break_of_the_released_contract_is_seen(string written, string planted, string said) =>
        Breaking(Planted(written, planted)).ShouldContain(said);

    [Fact]
    public void What_is_only_added_breaks_nothing() =>
        Breaking(Planted("string currency_code = 2;", "string currency_code = 2;\n  // New.\n  string note = 3;")).ShouldBe("");

    private static string Breaking(string root) =>
        Buf(root, "breaking", "--against", Path.Combine(Repo.Root, "proto", "released.binpb"));

    /// <summary>A copy of the contract in which one thing is written differently.</summary>
    private static string Planted(string written, string planted)
    {
        var root = Directory.CreateTempSubdirectory("busker-contract-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(root, true);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repo.Root, "proto"), "*.proto", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(root, Path.GetRelativePath(Repo.Root, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        File.Copy(Path.Combine(Repo.Root, "buf.yaml"), Path.Combine(root, "buf.yaml"));
        var text = File.ReadAllText(Path.Combine(root, Money));
        text.ShouldContain(written);
        File.WriteAllText(Path.Combine(root, Money), text.Replace(written, planted, StringComparison.Ordinal));
        return root;
    }

    /// <summary>What buf complains of; empty when it is content.</summary>
    private static string Buf(string root, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Binary(), arguments)
        {
            WorkingDirectory = root, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var said = process.StandardOutput.ReadToEnd() + errors.GetAwaiter().GetResult();
        process.WaitForExit();
        (process.ExitCode == 0).ShouldBe(said.Length == 0, said);
        return said;
    }

    /// <summary>The engine of this platform: its package comes without the launcher script, so it is asked for directly.</summary>
    private static string Binary()
    {
        var packages = Path.Combine(Repo.Root, "engines", "node_modules", "@bufbuild");
        return (Directory.Exists(packages) ? Directory.GetDirectories(packages) : [])
            .Select(package => Path.Combine(package, "bin", "buf"))
            .FirstOrDefault(file => File.Exists(file) && !file.Contains("@bufbuild/buf/", StringComparison.Ordinal))
            ?? throw new InvalidOperationException("buf is not installed: run `npm --prefix engines ci`.");
    }
}
