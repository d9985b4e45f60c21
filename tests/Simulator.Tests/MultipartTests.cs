using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Busker.Simulator.Core;
using Microsoft.AspNetCore.Http;

namespace Busker.Simulator.Tests;

public sealed class MultipartTests
{
    [Theory]
    [InlineData("Content-Disposition: form-data; name=\"a\"; filename=\"f 1.pdf\"\r\nContent-Type: application/pdf", "a", "f 1.pdf", "application/pdf")]
    [InlineData("content-disposition: form-data; name=a; filename=f.pdf; filename*=utf-8''f%C3%A9.pdf", "a", "fé.pdf", "text/plain")]
    [InlineData("Content-Disposition: form-data; filename=\"f.pdf\"; name=\"a\"", "a", "f.pdf", "text/plain")]
    [InlineData("Content-Disposition: form-data; name=\"a\"", "a", null, "text/plain")]
    public void Names_are_read_however_a_client_writes_them(string headers, string name, string? file, string type)
    {
        var part = Read($"--x\r\n{headers}\r\n\r\nbytes\r\n--x--\r\n").ShouldHaveSingleItem();
        (part.Name, part.FileName, part.Type, Encoding.UTF8.GetString(part.Content)).ShouldBe((name, file, type, "bytes"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("--x")]
    [InlineData("--x--")]
    [InlineData("--x\r\n\r\n--x--")]
    [InlineData("--x\r\nContent-Disposition: form-data; name=\"a\r\n\r\nb\r\n--x--")]
    [InlineData("--x\r\nContent-Disposition: form-data\r\n\r\nb\r\n--x--")]
    [InlineData("--x\r\nContent-Disposition: form-data; name=a\r\n\r\nnever ends")]
    public void What_is_broken_has_no_parts(string body) => Read(body).ShouldBeEmpty();

    [Fact]
    public async Task A_file_of_a_dotnet_client_reaches_Stripe()
    {
        await using var simulator = (await Simulator.Start(new() { Providers = ["stripe"] })).Value;
        using var client = new HttpClient { BaseAddress = simulator.Address("stripe"), DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", simulator.Key("stripe")) } };
        using var form = new MultipartFormDataContent { { new StringContent("dispute_evidence"), "purpose" }, { new ByteArrayContent("%PDF-1.7"u8.ToArray()), "file", "receipt.pdf" } };
        using var reply = await client.PostAsync(new Uri("/v1/files", UriKind.Relative), form);
        var file = JsonNode.Parse(await reply.Content.ReadAsStringAsync())!;
        ((int)reply.StatusCode, (string?)file["filename"], (string?)file["type"], (string?)file["purpose"]).ShouldBe((200, "receipt.pdf", "pdf", "dispute_evidence"));
    }

    private static List<Part> Read(string body) => Multipart.Read(new Ask
    {
        Method = "POST", Path = "/", Query = "", Origin = "", Headers = new HeaderDictionary { ["Content-Type"] = "multipart/form-data; boundary=\"x\"" }, Body = Encoding.UTF8.GetBytes(body),
    })!;
}
