using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Devices.Bridge.Fleet;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Kit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Devices.Bridge.Tests.Fleet;

/// <summary><c>simplereenroll</c> on the wire.</summary>
public sealed class ReenrolTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private TestBridge _bridge = null!;

    public async ValueTask InitializeAsync() => _bridge = await TestBridge.StartAsync(builder => builder.Services.AddSingleton<TimeProvider>(_time));

    public ValueTask DisposeAsync() => _bridge.DisposeAsync();

    [Fact]
    public async Task It_takes_the_certificate_in_tls_as_proof_the_same_subject_and_the_same_or_another_key()
    {
        Enrolled own = await _bridge.EnrolAsync("m2-001");
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256), next = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        (HttpStatusCode status, string text, _) = await AskAsync(own.Certificate, Enrolled.Csr(key, "m2-001"));
        status.ShouldBe(HttpStatusCode.OK, text);
        X509Certificate2 renewed = Leaf(text);
        renewed.PublicKey.ExportSubjectPublicKeyInfo().ShouldBe(key.ExportSubjectPublicKeyInfo());
        renewed.SubjectName.RawData.ShouldBe(own.Certificate.SubjectName.RawData);
        // The first answer was lost: the same question has the same answer.
        Leaf((await AskAsync(own.Certificate, Enrolled.Csr(key, "m2-001"))).Text).RawData.ShouldBe(renewed.RawData);

        // The same key again (RFC 7030, 4.2.2: renew, not rekey).
        using X509Certificate2 with = Usable(renewed, key);
        X509Certificate2 same = Leaf((await AskAsync(with, Enrolled.Csr(key, "m2-001"))).Text);
        same.RawData.ShouldNotBe(renewed.RawData);
        same.PublicKey.ExportSubjectPublicKeyInfo().ShouldBe(key.ExportSubjectPublicKeyInfo());

        (await AskAsync(own.Certificate, Enrolled.Csr(next, "m2-002"))).ShouldSatisfyAllConditions(a => a.Status.ShouldBe(HttpStatusCode.BadRequest), a => a.Text.ShouldContain("is for 'm2-002'"));
        (await AskAsync(own.Certificate, "@@")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await AskAsync(own.Certificate, Enrolled.Csr(key, "m2-001"), "text/plain")).Status.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        (await AskAsync(own.Certificate, new string('A', 20_000))).Status.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task It_refuses_nobody_strangers_the_revoked_and_the_long_expired_each_in_one_sentence()
    {
        Enrolled own = await _bridge.EnrolAsync("m2-001"), other = await _bridge.EnrolAsync("m2-002");
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 forged = new CertificateRequest("CN=m2-001", key, HashAlgorithmName.SHA256).CreateSelfSigned(_time.GetUtcNow().AddDays(-1), _time.GetUtcNow().AddDays(1));
        await RefusedAsync(null, "Connect with the terminal's certificate");
        await RefusedAsync(forged, "not one of this bridge's terminals");
        await RefusedAsync(_bridge.Get<CertificateAuthority>().ServerCertificate(), "not one of this bridge's terminals");

        await _bridge.Get<IFleetStore>().RevokeTerminalAsync("m2-002", "lost");
        await RefusedAsync(other.Certificate, "The terminal 'm2-002' was revoked", "m2-002");
        (await _bridge.ExceptionAsync("renewal-refused")).Source.ShouldBe("certificates");

        _time.Advance(TimeSpan.FromDays(365 + 29));
        (await AskAsync(own.Certificate, Enrolled.Csr(key, "m2-001"))).Status.ShouldBe(HttpStatusCode.OK, "within the grace");
        Enrolled late = await _bridge.EnrolAsync("m2-003");
        _time.Advance(TimeSpan.FromDays(365 + 31));
        await RefusedAsync(late.Certificate, "ended more than 30 days ago", "m2-003");

        using HttpClient plain = new();
        using StringContent body = new(Enrolled.Csr(key, "m2-001"), Encoding.ASCII, "application/pkcs10");
        using HttpResponseMessage http = await plain.PostAsync(new Uri($"{_bridge.Http}/.well-known/est/simplereenroll"), body);
        http.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task An_old_certificate_whose_successor_is_in_use_gets_nothing_and_operators_are_told_of_a_copy()
    {
        Enrolled own = await _bridge.EnrolAsync("m2-001");
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256), unused = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        X509Certificate2 lost = Leaf((await AskAsync(own.Certificate, Enrolled.Csr(unused, "m2-001"))).Text);
        X509Certificate2 renewed = Leaf((await AskAsync(own.Certificate, Enrolled.Csr(key, "m2-001"))).Text);
        (await _bridge.Get<IFleetStore>().FindCertificateAsync(CertificateAuthority.Fingerprint(lost)))!.RevokedReason.ShouldBe("replaced by another renewal before it was used");
        await _bridge.Get<IFleetStore>().MarkUsedAsync(CertificateAuthority.Fingerprint(renewed), 1000);
        await RefusedAsync(own.Certificate, "was renewed before, and the new one is in use");
        (await _bridge.ExceptionAsync("certificate-copy")).Terminal.ShouldBe("m2-001");
    }

    [Fact]
    public async Task More_than_eight_certificates_a_day_are_refused_with_a_time_to_come_again()
    {
        Enrolled own = await _bridge.EnrolAsync("m2-001");
        for (int i = 0; i < 7; i++)
        {
            using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            (await AskAsync(own.Certificate, Enrolled.Csr(key, "m2-001"))).Status.ShouldBe(HttpStatusCode.OK);
        }
        using ECDsa one = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        (HttpStatusCode status, _, TimeSpan? wait) = await AskAsync(own.Certificate, Enrolled.Csr(one, "m2-001"));
        status.ShouldBe(HttpStatusCode.TooManyRequests);
        wait.ShouldBe(TimeSpan.FromHours(1));
        _time.Advance(TimeSpan.FromHours(25));
        (await AskAsync(own.Certificate, Enrolled.Csr(one, "m2-001"))).Status.ShouldBe(HttpStatusCode.OK);
    }

    private async Task RefusedAsync(X509Certificate2? shown, string says, string terminal = "m2-001")
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        (HttpStatusCode status, string text, _) = await AskAsync(shown, Enrolled.Csr(key, terminal));
        status.ShouldBe(HttpStatusCode.Forbidden, text);
        text.ShouldContain(says);
        text.Trim().Split('\n').Length.ShouldBe(1, "one sentence");
    }

    private async Task<(HttpStatusCode Status, string Text, TimeSpan? RetryAfter)> AskAsync(X509Certificate2? shown, string csr, string type = "application/pkcs10")
    {
        using SocketsHttpHandler handler = new() { SslOptions = new() { RemoteCertificateValidationCallback = (_, seen, _, _) => seen?.Issuer.Contains("Devices bridge root", StringComparison.Ordinal) == true } };
        if (shown is not null) handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(shown, null, offline: true);
        using HttpClient http = new(handler);
        using StringContent body = new(csr, Encoding.ASCII, type);
        using HttpResponseMessage answer = await http.PostAsync(new Uri($"{_bridge.Https}/.well-known/est/simplereenroll"), body);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer.Headers.RetryAfter?.Delta);
    }

    private static X509Certificate2 Usable(X509Certificate2 certificate, ECDsa key)
    {
        using X509Certificate2 with = certificate.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(with.Export(X509ContentType.Pkcs12), null);
    }

    private static X509Certificate2 Leaf(string answer) => Enrolled.Read(answer).Single(one => one.Subject == "CN=m2-001");
}
