using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Busker.Kernel;

namespace Busker.Cli.Commands;

/// <summary>The certificate of <c>busker up --tls</c>: yours, or one made for this machine alone and kept with the state.</summary>
internal static class Certificates
{
    /// <param name="pem">certificate (and chain) in PEM; null: one of our own</param>
    /// <param name="key">private key in PEM; null: it is in the same file</param>
    /// <param name="state">where our own is kept</param>
    public static Result<X509Certificate2> Of(string? pem, string? key, string state)
    {
        if (pem is null) return OwnIn(Path.Combine(state, "tls.pem"));
        try
        {
            return Usable(X509Certificate2.CreateFromPemFile(pem, key));
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            return Unreadable(pem, e.Message);
        }
    }

    /// <summary>Trusts this certificate and what the machine trusts: for a client of the house that is its own.</summary>
    public static HttpClientHandler Trusting(X509Certificate2? certificate) => new()
    {
        ServerCertificateCustomValidationCallback = (_, shown, _, errors) =>
            errors == System.Net.Security.SslPolicyErrors.None || (certificate is not null && shown is not null && shown.RawData.AsSpan().SequenceEqual(certificate.RawData)),
    };

    private static X509Certificate2 OwnIn(string file)
    {
        if (File.Exists(file) && X509Certificate2.CreateFromPemFile(file) is var kept && kept.NotAfter > TimeProvider.System.GetLocalNow()) return Usable(kept);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(397));
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var text = new StreamWriter(file, options)) text.Write($"{made.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
        return Usable(X509Certificate2.CreateFromPemFile(file));
    }

    /// <summary>Some systems serve only keys that came in a PKCS#12.</summary>
    private static X509Certificate2 Usable(X509Certificate2 read)
    {
        using (read) return X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pfx), null);
    }

    private static Fault Unreadable(string pem, string why) => new(Code.InvalidArgument, "CERTIFICATE_UNREADABLE",
        $"--certificate {pem} cannot be used: {why.TrimEnd('.')}.");
}
