using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Busker.Simulator.Core;

namespace Busker.Simulator.PayPal;

/// <summary>
/// The simulator's own certificate authority and the certificate that signs webhooks. Made when first needed: RSA keys
/// take longer than everything else at the start.
/// </summary>
internal sealed class Authority(ulong seed)
{
    public const string Algorithm = "SHA256withRSA";
    private static readonly DateTimeOffset From = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Until = new(2049, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly Lock _gate = new();
    private RSA? _key;
    private string _root = "";
    private string _leaf = "";

    /// <summary>Names the certificate in its URL.</summary>
    public string Id { get; } = "CERT-" + Ids.Capitals(seed, "paypal", "certificate", 8).ToLowerInvariant();

    /// <summary>The root, PEM.</summary>
    public string Root
    {
        get
        {
            lock (_gate)
            {
                Make();
                return _root;
            }
        }
    }

    /// <summary>The signing certificate, then the root: PEM, as served at the certificate's URL.</summary>
    public string Chain
    {
        get
        {
            lock (_gate)
            {
                Make();
                return _leaf + "\n" + _root + "\n";
            }
        }
    }

    /// <summary>What is signed: <c>transmission id|transmission time|webhook id|CRC-32 of the body, decimal</c>.</summary>
    public static string ToSign(string transmissionId, string transmissionTime, string webhookId, ReadOnlySpan<byte> body) =>
        string.Create(CultureInfo.InvariantCulture, $"{transmissionId}|{transmissionTime}|{webhookId}|{Crc32.Of(body)}");

    /// <summary>Base64 of RSA PKCS#1 v1.5 over SHA-256.</summary>
    public string Sign(string text)
    {
        lock (_gate) return Convert.ToBase64String(Make().SignData(Encoding.UTF8.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    public bool Verifies(string text, string signature)
    {
        var bytes = new byte[signature.Length];
        if (!Convert.TryFromBase64String(signature, bytes, out var length)) return false;
        lock (_gate) return Make().VerifyData(Encoding.UTF8.GetBytes(text), bytes.AsSpan(0, length), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    private RSA Make()
    {
        if (_key is not null) return _key;
        using var rootKey = RSA.Create(2048);
        var root = new CertificateRequest("CN=Payment Simulator Root CA, O=Busker", rootKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        root.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        root.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        using var authority = root.CreateSelfSigned(From, Until);
        _key = RSA.Create(2048);
        var leaf = new CertificateRequest("CN=messageverificationcerts.paypal.com, O=Busker", _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        leaf.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        leaf.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("messageverificationcerts.paypal.com");
        leaf.CertificateExtensions.Add(names.Build());
        var serial = BitConverter.GetBytes(Draw.Of(seed, "paypal", "serial").Next() >> 1);
        using var certificate = leaf.Create(authority, From, Until, serial);
        _root = authority.ExportCertificatePem();
        _leaf = certificate.ExportCertificatePem();
        return _key;
    }
}
