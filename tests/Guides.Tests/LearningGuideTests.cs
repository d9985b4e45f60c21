using System.Reflection;
using System.Text.RegularExpressions;
using Busker.Learning.Trees;
using Busker.Support;

namespace Busker.Guides.Tests;

/// <summary>The guides to learning: their code is built and run as it stands, and what they name is there.</summary>
public sealed partial class LearningGuideTests
{
    private const string Project = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <AssemblyName>Followed</AssemblyName>
            <NoWarn>$(NoWarn);CS1591;IDE0005;IDE0059;CA1852;CS8321</NoWarn>
          </PropertyGroup>
          <ItemGroup>
            <Reference Include="ASSEMBLIES/Busker.Kernel.dll" />
            <Reference Include="ASSEMBLIES/Busker.Learning.dll" />
          </ItemGroup>
        </Project>
        """;

    /// <summary>What the guides leave to the reader: payments and labels, a listener's history, a model that was saved.</summary>
    private const string Given = """
        var town = new CardTown(Customers: 250, Terminals: 350, Days: 106, Seed: 5) { Reach = 19 }.Make();
        var study = FraudStudy.On(town, 85, Lanes.All, (_, _) => { }).Value;
        Directory.CreateDirectory("learned");
        Directory.CreateDirectory("DIR");
        File.WriteAllBytes("learned/fraud.model", ModelFile.Write(study.Model));
        File.WriteAllLines("DIR/handbook_raw.csv", ["TRANSACTION_ID,TX_TIME_SECONDS,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_FRAUD", .. Enumerable.Range(0, town.Rows).Select(r =>
            FormattableString.Invariant($"{r},{town.History.Time[r] - CardSet.Start},{town.History.Keys[0][r] - 1},{town.History.Keys[1][r] - 1},{town.History.Amount[r] / 100.0:0.00},{(town.History.Fraud[r] ? 1 : 0)}"))]);
        var set = new RecsTown(Users: 150, Creators: 60).Make();
        RecsModelFile.Write("learned/recs.model", RecsStudy.On(set, new RecsSearch(Widest: 8) { Sampled = 100 }, Lanes.All, (_, _) => { }).Model);

        if (Scoring() is { } unscored) throw new InvalidOperationException(unscored.Message);
        Own(town.History, town.Labels);
        if (Using(set.ItemIds, set.Train.ItemsOf(3).ToArray(), set.Train.WeightsOf(3).ToArray(), new float[set.Items], 2) is { } unused) throw new InvalidOperationException(unused.Message);
        if (Using([1, 2], [], [], [], 0)?.Message is not { } refused || !refused.Contains("items where the data has 2")) throw new InvalidOperationException("other items were not refused");
        Console.WriteLine("followed");
        """;

    [GeneratedRegex("^```csharp\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex("`(?<name>[A-Z][A-Za-z]+)(?:\\.(?<member>[A-Z][A-Za-z]+))?[`(]")]
    private static partial Regex Named();

    private static string Text(string guide) => File.ReadAllText(Path.Combine(Checkout.Root, "docs", "guides", guide));

    [Fact]
    public void The_code_of_the_guides_builds_and_runs_as_it_stands()
    {
        string[] blocks = [.. new[] { "fraud-model.md", "recommendations.md" }.SelectMany(g => Code().Matches(Text(g))).Select(m => m.Groups["text"].Value)];
        blocks.Length.ShouldBe(3, "each block is given what it needs by this test");
        var usings = blocks.SelectMany(b => b.Split('\n')).Where(l => l.StartsWith("using Busker.", StringComparison.Ordinal)).Append("using Busker.Learning.Data;").Append("using Busker.Kernel;").Distinct();
        string Body(int block) => string.Join('\n', blocks[block].Split('\n').Where(l => !l.StartsWith("using Busker.", StringComparison.Ordinal)));
        using var scratch = new Scratch("learning-guides");
        scratch.Write("Followed.csproj", Project.Replace("ASSEMBLIES", AppContext.BaseDirectory.TrimEnd('/'), StringComparison.Ordinal));
        scratch.Write("Program.cs", $$"""
            {{string.Join('\n', usings)}}

            {{Given}}

            static Fault? Scoring() { {{Body(0)}} return null; }
            static void Own(PaymentHistory given, double[] labels)
            {
                var history = given;
                {{Body(1).Replace("[\"card\", \"ip\"]", "[\"card\", \"ip\"]", StringComparison.Ordinal)}}
                if (model.Features.Length != plan.Names.Length) throw new InvalidOperationException("columns");
            }
            static Fault? Using(int[] myItemIds, int[] history, float[] plays, float[] scores, int item)
            {
                {{Body(2)}}
                if (picks.Value.Items.Length != 10) throw new InvalidOperationException("picks");
                return null;
            }
            """);
        var (built, said) = scratch.Build("Followed.csproj");
        built.ShouldBe(0, said);
        var (ran, told) = scratch.Run("bin/Release/net10.0/Followed.dll");
        ran.ShouldBe(0, told);
        told.ShouldEndWith("followed\n");
    }

    [Theory]
    [InlineData("fraud-model.md")]
    [InlineData("recommendations.md")]
    public void Every_type_and_member_that_a_guide_names_is_there(string guide)
    {
        var types = typeof(TreeModel).Assembly.GetTypes();
        const BindingFlags All = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static;
        bool Has(Type type, string member) => type.GetMember(member, All).Length > 0;
        var names = Named().Matches(Text(guide));
        names.Count.ShouldBeGreaterThan(15);
        foreach (Match named in names)
        {
            var (name, member) = (named.Groups["name"].Value, named.Groups["member"].Value);
            if (name == "DIR") continue;
            var found = member.Length > 0 ? types.Any(t => t.Name == name && Has(t, member)) : types.Any(t => t.Name == name || Has(t, name));
            found.ShouldBeTrue($"{guide} names {named.Value}");
        }
    }
}
