using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Busker.Bench.Edge;

/// <summary>The peer: Kestrel alone, reading the request to its end and answering with fixed bytes and trailers.</summary>
internal static class BareKestrel
{
    public static async Task<(WebApplication App, Uri Http1, Uri Http2)> StartAsync(byte[] connect, byte[] grpc)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => new Rpc.Ports(IPAddress.Loopback, 0, 0).Apply(k));
        var app = builder.Build();
        app.Run(http => AnswerAsync(http, HttpProtocol.IsHttp2(http.Request.Protocol) ? grpc : connect));
        await app.StartAsync();
        var at = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(a => new Uri(a)).ToList();
        return (app, at[0], at[1]);
    }

    private static async Task AnswerAsync(HttpContext http, byte[] body)
    {
        while (true)
        {
            var read = await http.Request.BodyReader.ReadAsync();
            http.Request.BodyReader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) break;
        }

        var isGrpc = HttpProtocol.IsHttp2(http.Request.Protocol);
        http.Response.ContentType = isGrpc ? "application/grpc+proto" : "application/proto";
        if (!isGrpc) http.Response.ContentLength = body.Length;
        body.CopyTo(http.Response.BodyWriter.GetSpan(body.Length));
        http.Response.BodyWriter.Advance(body.Length);
        if (isGrpc) http.Response.AppendTrailer("grpc-status", "0");
    }
}
