using System.Collections.Frozen;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Busker.Echo.V1;
using Busker.Kernel;
using Busker.Rpc;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Busker.EchoHost;

/// <summary>A real host on loopback with the echo service: HTTP/1.1, h2c and TLS, each on a free port.</summary>
public sealed class EchoEdge : IAsyncDisposable
{
    public const string Key = "key-all";
    public const string ReadOnlyKey = "key-read";
    public const string SlowKey = "key-slow";
    public const string BatchKey = "key-batch";
    public const string Origin = "https://console.example.com";
    private readonly WebApplication _app = Build();

    public Uri Http1 { get; private set; } = null!;
    public Uri Http2 { get; private set; } = null!;
    public Uri Tls { get; private set; } = null!;
    public long CallsInside => _app.Services.GetRequiredService<Lifecycle>().InFlight;

    public async Task StartAsync()
    {
        await _app.StartAsync();
        var addresses = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        var listening = addresses.Select(a => new Uri(a)).ToList();
        (Http1, Http2, Tls) = (listening[0], listening[1], listening[2]);
    }

    public Task StopAsync() => _app.StopAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static WebApplication Build()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => new Ports(IPAddress.Loopback, 0, 0, 0, Certificate()).Apply(k));
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Services.AddSingleton<Authenticate>((key, _) => new(Principals(key)));
        builder.Services.AddBuskerEdge(o =>
        {
            o.MessageBytesMax = 64 * 1024;
            o.AllowedOrigins.Add(Origin);
            if (Environment.GetEnvironmentVariable("ECHO_ORIGIN") is { Length: > 0 } more) o.AllowedOrigins.Add(more);
        });
        builder.Services.AddRpcs(EchoReflection.Descriptor.Services[0],
            typeof(Say), typeof(Repeat), typeof(Keep), typeof(Fail), typeof(Mirror));
        var app = builder.Build();
        app.UseBuskerEdge();
        return app;
    }

    private static Result<Principal> Principals(string key) => key switch
    {
        Key => Who(1, ["echo.read", "echo.write"], RateLimit.None),
        ReadOnlyKey => Who(2, ["echo.read"], RateLimit.None),
        SlowKey => Who(3, ["echo.read"], new RateLimit(0.001, 2)),
        BatchKey => Who(4, ["echo.read"], new RateLimit(0.001, 4)),
        _ => new Fault(Code.Unauthenticated, "KEY_UNKNOWN", "No such key."),
    };

    private static Principal Who(int number, string[] permissions, RateLimit limit)
    {
        var id = new Guid(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]);
        return new Principal(id, id, id, KeyEnvironment.Test, permissions.ToFrozenSet(), limit);
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(2));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
    }
}
