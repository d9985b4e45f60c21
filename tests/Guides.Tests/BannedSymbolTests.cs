using Busker.Support;

namespace Busker.Guides.Tests;

/// <summary>The rules of the compiler, shown to hold by compiling what breaks them.</summary>
public sealed class BannedSymbolTests
{
    private const string Project = """<Project Sdk="Microsoft.NET.Sdk" />""";

    /// <summary>A statement, and the rule that refuses it.</summary>
    private static readonly (string Statement, string Rule)[] Plants =
    [
        ("_ = DateTime.Now;", "RS0030"),
        ("_ = DateTime.UtcNow;", "RS0030"),
        ("_ = DateTimeOffset.UtcNow;", "RS0030"),
        ("_ = Guid.NewGuid();", "RS0030"),
        ("_ = new Random(1);", "RS0030"),
        ("Task.Delay(1).Wait();", "RS0030"),
        ("_ = Task.FromResult(1).Result;", "RS0030"),
        ("string nothing = null;", "CS8600"), // nullable
        ("int unused = 1;", "CS0219"), // warnings are errors
        ("_ = int.MaxValue + int.Parse(\"1\") + (int.MaxValue + 1);", "CS0220"), // checked arithmetic
    ];

    [Fact]
    public void What_is_banned_does_not_compile()
    {
        using var scratch = new Scratch("banned");
        scratch.Write("Planted.csproj", Project);
        for (var i = 0; i < Plants.Length; i++)
            scratch.Write($"Plant{i}.cs", $"namespace Busker.Planted;\n\ninternal static class Plant{i}\n{{\n    public static void Grow()\n    {{\n        {Plants[i].Statement}\n    }}\n}}\n");

        var (code, said) = scratch.Build("Planted.csproj");
        code.ShouldNotBe(0);
        for (var i = 0; i < Plants.Length; i++) said.ShouldContain($"Plant{i}.cs(7,", Case.Sensitive, Plants[i].Statement);
        foreach (var (statement, rule) in Plants) said.ShouldContain($"error {rule}", Case.Sensitive, statement);
    }

    [Fact]
    public void The_same_project_compiles_without_the_plants()
    {
        using var scratch = new Scratch("allowed");
        scratch.Write("Planted.csproj", Project);
        scratch.Write("Allowed.cs", "namespace Busker.Planted;\n\ninternal static class Allowed\n{\n    public static DateTimeOffset Now(TimeProvider clock) => clock.GetUtcNow();\n}\n");
        var (code, said) = scratch.Build("Planted.csproj");
        code.ShouldBe(0, said);
    }
}
