using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Busker.Rpc;

/// <summary>Where the edge listens. Without TLS HTTP/1.1 and HTTP/2 cannot share a port; with TLS one port speaks both.</summary>
/// <param name="Http1">Connect, gRPC-Web, pages and probes in clear text; 0 takes a free port, null listens not.</param>
/// <param name="Http2">gRPC in clear text (h2c); 0 takes a free port, null listens not.</param>
/// <param name="Tls">All protocols, chosen by ALPN; needs the certificate.</param>
public sealed record Ports(IPAddress Address, int? Http1, int? Http2, int? Tls = null, X509Certificate2? Certificate = null)
{
    public void Apply(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = null; // the edge has its own limit, per message
        kestrel.Limits.Http2.MaxStreamsPerConnection = 1024;
        kestrel.Limits.Http2.InitialConnectionWindowSize = 4 * 1024 * 1024;
        if (Http1 is { } http1) kestrel.Listen(Address, http1, l => l.Protocols = HttpProtocols.Http1);
        if (Http2 is { } http2) kestrel.Listen(Address, http2, l => l.Protocols = HttpProtocols.Http2);
        if (Tls is { } tls)
        {
            kestrel.Listen(Address, tls, l =>
            {
                l.Protocols = HttpProtocols.Http1AndHttp2;
                l.UseHttps(Certificate ?? throw new Busker.Kernel.InvariantException("The TLS port needs a certificate."));
            });
        }
    }
}
