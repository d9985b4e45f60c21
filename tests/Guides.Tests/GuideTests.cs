using System.Xml.Linq;
using Busker.Support;

namespace Busker.Guides.Tests;

/// <summary>The guides, followed to the letter: a room is added, an RPC is added to it, and what came of it is built, tested and served.</summary>
public sealed class GuideTests
{
    private const string Project = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <AssemblyName>Busker.Follows</AssemblyName>
            <ProtosetRoots>proto;../../../proto</ProtosetRoots>
            <NoWarn>$(NoWarn);CS1591;CS8981;CA1707</NoWarn>
          </PropertyGroup>
          <ItemGroup>
            <FrameworkReference Include="Microsoft.AspNetCore.App" />
            <PackageReference Include="Google.Protobuf" />
            <PackageReference Include="Grpc.Tools" PrivateAssets="all" />
            <PackageReference Include="Npgsql" />
            <Reference Include="ASSEMBLIES/Busker.*.dll" Exclude="ASSEMBLIES/Busker.*Tests.dll" />
            <Protobuf Include="proto/**/*.proto" ProtoRoot="proto" AdditionalImportDirs="../../../proto" GrpcServices="None" />
            <EmbeddedResource Include="src/Modules/Follows/Sql/*.sql" LogicalName="Follows/%(Filename)%(Extension)" />
          </ItemGroup>
          <Import Project="../../../src/Protos/Protoset.targets" />
        </Project>
        """;

    /// <summary>What the guides promise at their end: the edge starts with the room and answers the new method, also by GET.</summary>
    private const string Served = """"
        using System.Collections.Frozen;
        using System.Net;
        using Busker.Kernel;
        using Busker.Rpc;
        using Busker.Storage;
        using Busker.Support;
        using Microsoft.AspNetCore.Builder;
        using Microsoft.AspNetCore.Hosting;
        using Microsoft.Extensions.DependencyInjection;

        namespace Busker.Follows.Tests;

        public sealed class ServedTests
        {
            [Fact]
            public async Task The_new_method_is_served()
            {
                await using var database = await TestDatabase.CreateAsync();
                await using var db = Db.Open(database.ConnectionString, TimeProvider.System);
                await Migrator.ApplyAsync(db, [FollowsModule.Assembly], default);
                var builder = WebApplication.CreateSlimBuilder();
                builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
                var who = new Principal(Guid.Empty, Guid.Empty, Guid.CreateVersion7(), KeyEnvironment.Test, FrozenSet.Create("follows.read", "follows.write"), RateLimit.None);
                builder.Services.AddSingleton(db).AddSingleton<Authenticate>((_, _) => new(who)).AddBuskerEdge().AddFollows();
                await using var app = builder.Build();
                app.UseBuskerEdge();
                await app.StartAsync();
                using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
                http.DefaultRequestHeaders.Authorization = new("Bearer", "key");
                var said = await http.PostAsync("/busker.follows.v1.Follows/FollowCreator",
                    new StringContent("""{"requestId":"r1","listenerId":"ann","creatorId":"the-band"}""", null, "application/json"));
                (await said.Content.ReadAsStringAsync()).ShouldContain("\"the-band\"");
                var count = await http.GetStringAsync("/busker.follows.v1.Follows/CountFollowers?connect=v1&encoding=json&message=%7B%22creatorId%22%3A%22the-band%22%7D");
                count.ShouldBe("""{"count":"1"}""");
            }
        }
        """";

    private static readonly string[] Guides = ["adding-a-room.md", "adding-an-rpc.md"];

    [Fact]
    public void A_room_and_an_rpc_that_were_added_by_the_guides_build_pass_their_tests_and_are_served()
    {
        using var scratch = new Scratch("guides");
        foreach (var step in Guides.SelectMany(Guide.Steps)) Guide.Follow(scratch.Folder, step);
        foreach (var project in Directory.GetFiles(scratch.Folder, "*.csproj", SearchOption.AllDirectories)) File.Delete(project); // checked below
        scratch.Write("Follows.csproj", Project.Replace("ASSEMBLIES", AppContext.BaseDirectory.TrimEnd('/'), StringComparison.Ordinal));
        scratch.Write("Directory.Build.props", """<Project><Import Project="../../../tests/Directory.Build.props" /></Project>""");
        scratch.Write("tests/Follows.Tests/ServedTests.cs", Served);

        var (built, said) = scratch.Build("Follows.csproj");
        built.ShouldBe(0, said);
        var (ran, told) = scratch.Run("vstest", "bin/Release/net10.0/Busker.Follows.dll");
        ran.ShouldBe(0, told);
        told.ShouldContain("Passed:     7");
    }

    [Fact]
    public void Projects_of_the_guides_refer_to_what_is_there_and_look_like_their_neighbours()
    {
        var projects = Guides.SelectMany(Guide.Steps).Where(s => s.Path.EndsWith(".csproj", StringComparison.Ordinal)).ToList();
        projects.Count.ShouldBe(2);
        foreach (var step in projects)
        {
            var folder = Path.GetDirectoryName(Path.Combine(Checkout.Root, step.Path))!;
            foreach (var reference in XDocument.Parse(step.Text).Descendants("ProjectReference").Select(r => r.Attribute("Include")!.Value))
                (reference.EndsWith("Follows.csproj", StringComparison.Ordinal) || File.Exists(Path.GetFullPath(reference, folder))).ShouldBeTrue(reference);
        }

        var neighbour = File.ReadAllText(Path.Combine(Checkout.Root, "src", "Modules", "Tenancy", "Tenancy.csproj"));
        projects[0].Text.ShouldBe(neighbour.Replace("Tenancy", "Follows", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_file_that_a_guide_names_is_there_or_made_by_it()
    {
        var made = Guides.SelectMany(Guide.Steps).Select(s => s.Path).Append("src/Modules/Follows/README.md").ToHashSet();
        foreach (var guide in Guides)
        {
            var text = File.ReadAllText(Path.Combine(Checkout.Root, "docs", "guides", guide));
            foreach (System.Text.RegularExpressions.Match named in System.Text.RegularExpressions.Regex.Matches(text, "`((?:src|tests|docs|proto)/[^`]+?)`"))
                (made.Contains(named.Groups[1].Value) || Path.Exists(Path.Combine(Checkout.Root, named.Groups[1].Value))).ShouldBeTrue(named.Value);
        }
    }
}
