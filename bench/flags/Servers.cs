using System.Net;
using Busker.FlagServer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Busker.Bench.Flags;

/// <summary>What is measured, as processes: say where they listen on their first line, and end with their input.</summary>
internal static class Servers
{
    public static async Task ServeAsync(string state)
    {
        await using var host = (await FlagHost.StartAsync(new() { StatePath = state, Port = 0 })).Value;
        Console.WriteLine(host.Address);
        Console.ReadLine();
    }

    /// <summary>The peer: Kestrel alone, reading the request to its end and answering with the bytes of a file.</summary>
    public static async Task BareAsync(string path)
    {
        var bytes = await File.ReadAllBytesAsync(path);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k =>
        {
            k.AddServerHeader = false;
            k.Listen(IPAddress.Loopback, 0);
        });
        var app = builder.Build();
        app.Run(http => AnswerAsync(http, bytes));
        await app.StartAsync();
        Console.WriteLine(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Console.ReadLine();
    }

    private static async Task AnswerAsync(HttpContext http, byte[] bytes)
    {
        while (true)
        {
            var read = await http.Request.BodyReader.ReadAsync();
            http.Request.BodyReader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) break;
        }

        http.Response.ContentType = "application/json";
        http.Response.ContentLength = bytes.Length;
        bytes.CopyTo(http.Response.BodyWriter.GetSpan(bytes.Length));
        http.Response.BodyWriter.Advance(bytes.Length);
    }
}
