using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Npgsql;

namespace Devices.Scale;

/// <summary>Gives terminals their certificates by the way that real ones take: a claim and EST (RFC 7030), through the balancer. The claims are laid into the database in one go.</summary>
internal static class Enrolment
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    public static async Task<IReadOnlyList<X509Certificate2>> RunAsync(Installation at, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        Dictionary<string, string> codes = names.ToDictionary(name => name, _ => RandomNumberGenerator.GetString(Alphabet, 20));
        await using (NpgsqlConnection connection = new(at.Store))
        {
            await connection.OpenAsync(cancellationToken);
            foreach ((string name, string code) in codes)
            {
                await using NpgsqlCommand claim = new("INSERT INTO claims (code_hash, terminal, created_at, expires_at) VALUES (@hash, @terminal, @now, @end)", connection);
                claim.Parameters.AddWithValue("hash", SHA256.HashData(Encoding.ASCII.GetBytes(code)));
                claim.Parameters.AddWithValue("terminal", name);
                claim.Parameters.AddWithValue("now", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
                claim.Parameters.AddWithValue("end", DateTimeOffset.UtcNow.AddHours(2).ToUnixTimeMilliseconds());
                await claim.ExecuteNonQueryAsync(cancellationToken);
            }
        }
        using X509Certificate2 root = X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(Path.Combine(at.Web.Data, "ca", "root.crt"), cancellationToken));
        using HttpClient http = new(new SocketsHttpHandler { SslOptions = new() { RemoteCertificateValidationCallback = (_, seen, _, _) => seen?.Issuer == root.Subject } });
        X509Certificate2[] made = new X509Certificate2[names.Count];
        await Parallel.ForAsync(0, names.Count, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancellationToken }, async (i, stop) => made[i] = await EnrolAsync(http, at.Est, names[i], codes[names[i]], stop));
        return made;
    }

    private static async Task<X509Certificate2> EnrolAsync(HttpClient http, Uri est, string name, string code, CancellationToken cancellationToken)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] csr = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSigningRequest();
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(est, ".well-known/est/simpleenroll"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{code}")));
        request.Content = new StringContent(Convert.ToBase64String(csr), Encoding.ASCII, "application/pkcs10");
        using HttpResponseMessage answer = await http.SendAsync(request, cancellationToken);
        string text = await answer.Content.ReadAsStringAsync(cancellationToken);
        if (!answer.IsSuccessStatusCode) throw new ScaleException($"Enrolment of {name}: {text}");
        SignedCms cms = new();
        cms.Decode(Convert.FromBase64String(text));
        using X509Certificate2 with = cms.Certificates.Single(one => one.Subject == $"CN={name}").CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(with.Export(X509ContentType.Pkcs12), null);
    }
}
