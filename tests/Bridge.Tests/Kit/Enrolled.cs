using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Devices.Bridge.Tests.Kit;

/// <summary>What a terminal has after enrolment: its certificate with key, and the root. Also the EST client that gets it.</summary>
public sealed record Enrolled(string Terminal, X509Certificate2 Certificate, X509Certificate2 Root)
{
    /// <summary>
    /// A client for the first contact, when only the root's fingerprint is known: the root comes with the answer and is checked there
    /// (RFC 7030 section 4.1.1, bootstrap).
    /// </summary>
    public static HttpClient PinnedClient(string rootSha256)
    {
        rootSha256.Length.ShouldBe(64);
        return new(new SocketsHttpHandler
        {
            SslOptions = new() { RemoteCertificateValidationCallback = (_, seen, _, _) => seen?.Issuer.Contains("Devices bridge root", StringComparison.Ordinal) == true },
        });
    }

    public static async Task<Enrolled> EnrolAsync(string https, string terminal, string claimWithRoot)
    {
        string rootSha256 = claimWithRoot.Split('@')[1];
        using HttpClient http = PinnedClient(rootSha256);
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using HttpResponseMessage answer = await PostAsync(http, https, terminal, claimWithRoot, Csr(key, terminal));
        string text = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.ShouldBeTrue(text);
        X509Certificate2Collection all = Read(text);
        X509Certificate2 leaf = all.Single(one => one.Subject == $"CN={terminal}");
        X509Certificate2 root = all.Single(one => one.Subject == one.Issuer && one.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().FirstOrDefault() is null);
        Convert.ToHexStringLower(SHA256.HashData(root.RawData)).ShouldBe(rootSha256);
        // Through PKCS#12 so that the client's TLS stack takes the key on every platform.
        using X509Certificate2 with = leaf.CopyWithPrivateKey(key);
        return new(terminal, X509CertificateLoader.LoadPkcs12(with.Export(X509ContentType.Pkcs12), null), root);
    }

    public static string Csr(AsymmetricAlgorithm key, string commonName)
    {
        X500DistinguishedName subject = new($"CN={commonName}");
        CertificateRequest request = key is RSA rsa ? new(subject, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1) : new(subject, (ECDsa)key, HashAlgorithmName.SHA256);
        return Convert.ToBase64String(request.CreateSigningRequest(), Base64FormattingOptions.InsertLineBreaks);
    }

    public static async Task<HttpResponseMessage> PostAsync(HttpClient http, string https, string user, string password, string csr, string contentType = "application/pkcs10")
    {
        using HttpRequestMessage request = new(HttpMethod.Post, $"{https}/.well-known/est/simpleenroll");
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
        request.Content = new StringContent(csr, Encoding.ASCII, contentType);
        return await http.SendAsync(request);
    }

    public static X509Certificate2Collection Read(string base64)
    {
        SignedCms cms = new();
        cms.Decode(Convert.FromBase64String(base64));
        return cms.Certificates;
    }
}
