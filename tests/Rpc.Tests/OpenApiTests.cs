using System.Text.Json;
using System.Text.Json.Nodes;

namespace Busker.Rpc.Tests;

/// <summary>The described surface is the served one.</summary>
public sealed class OpenApiTests(EdgeFixture edge) : IClassFixture<EdgeFixture>
{
    [Fact]
    public async Task Every_method_is_described_with_its_comment_permission_and_shapes()
    {
        var document = await DocumentAsync();
        document["openapi"]!.GetValue<string>().ShouldBe("3.1.0");
        document["paths"]!.AsObject().Select(p => p.Key).ShouldBe(
            ["/echo.v1.Echo/Fail", "/echo.v1.Echo/Keep", "/echo.v1.Echo/Mirror", "/echo.v1.Echo/Repeat", "/echo.v1.Echo/Say"]);
        var keep = document["paths"]!["/echo.v1.Echo/Keep"]!["post"]!;
        keep["summary"]!.GetValue<string>().ShouldBe("Keeps the text; a repeat of the request is told as such.");
        keep["x-permission"]!.GetValue<string>().ShouldBe("echo.write");
        keep["parameters"]![0]!["name"]!.GetValue<string>().ShouldBe("Idempotency-Key");
        var said = document["components"]!["schemas"]!["echo.v1.SayRequest"]!;
        said["properties"]!["delayMs"]!["description"]!.GetValue<string>().ShouldBe("How long to wait before answering, in milliseconds.");
    }

    [Fact]
    public async Task Every_reference_leads_somewhere()
    {
        var text = (await DocumentAsync()).ToJsonString();
        using var document = JsonDocument.Parse(text);
        var names = document.RootElement.GetProperty("components").GetProperty("schemas").EnumerateObject().Select(s => s.Name).ToHashSet();
        var asked = System.Text.RegularExpressions.Regex.Matches(text, "#/components/schemas/([\\w.]+)").Select(m => m.Groups[1].Value).ToHashSet();
        asked.ShouldNotBeEmpty();
        asked.Except(names).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_page_loads_nothing_from_elsewhere()
    {
        using var answer = await edge.Client.GetAsync(new Uri(edge.Edge.Http1, "/docs"));
        answer.Headers.GetValues("content-security-policy").Single().ShouldContain("default-src 'none'");
        var page = await answer.Content.ReadAsStringAsync();
        page.ShouldNotContain("http://");
        page.ShouldNotContain("https://");
    }

    private async Task<JsonNode> DocumentAsync() =>
        JsonNode.Parse(await edge.Client.GetStringAsync(new Uri(edge.Edge.Http1, "/openapi.json")))!;
}
