using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Devices.Bridge.Fleet;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Kit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Devices.Bridge.Tests.Fleet;

public sealed class EnrolmentTests
{
    [Fact]
    public async Task CACerts_gives_the_root_as_rfc_7030_says_over_https_only()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        using HttpClient http = Enrolled.PinnedClient(bridge.Get<CertificateAuthority>().RootFingerprint);
        using HttpResponseMessage answer = await http.GetAsync(new Uri($"{bridge.Https}/.well-known/est/cacerts"), TestContext.Current.CancellationToken);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.ToString().ShouldBe("application/pkcs7-mime");
        answer.Headers.GetValues("Content-Transfer-Encoding").ShouldBe(["base64"]);
        X509Certificate2 root = Enrolled.Read(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Single();
        CertificateAuthority.Fingerprint(root).ShouldBe(bridge.Get<CertificateAuthority>().RootFingerprint);
        using HttpResponseMessage plain = await http.GetAsync(new Uri($"{bridge.Http}/.well-known/est/cacerts"), TestContext.Current.CancellationToken);
        plain.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_claim_buys_one_certificate_with_the_terminals_own_key_for_a_year()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        string claim = await bridge.ClaimAsync();
        Enrolled enrolled = await Enrolled.EnrolAsync(bridge.Https, "m2-001", claim);
        X509Certificate2 certificate = enrolled.Certificate;
        certificate.HasPrivateKey.ShouldBeTrue();
        (certificate.NotAfter - DateTime.Now).TotalDays.ShouldBeInRange(364, 366);
        certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages.Cast<Oid>().Single().Value.ShouldBe("1.3.6.1.5.5.7.3.2");
        certificate.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority.ShouldBeFalse();
        await RefusedAsync(bridge, "m2-002", claim, null, HttpStatusCode.Unauthorized, "used before");
        (await bridge.Get<IAuditStore>().AuditLogAsync(10)).ShouldContain(one => one.Action == "terminal enrolled" && one.Target == "m2-001");
    }

    [Fact]
    public async Task Two_terminals_racing_with_one_claim_get_one_certificate()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        string claim = await bridge.ClaimAsync();
        using HttpClient http = Enrolled.PinnedClient(claim.Split('@')[1]);
        HttpStatusCode[] answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            using HttpResponseMessage answer = await Enrolled.PostAsync(http, bridge.Https, $"m2-{i}", claim, Enrolled.Csr(key, $"m2-{i}"));
            return answer.StatusCode;
        }));
        answers.Count(one => one == HttpStatusCode.OK).ShouldBe(1);
        answers.Count(one => one == HttpStatusCode.Unauthorized).ShouldBe(7);
    }

    [Fact]
    public async Task Wrong_claims_are_refused_in_words_and_shown()
    {
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        await using TestBridge bridge = await TestBridge.StartAsync(builder => builder.Services.AddSingleton<TimeProvider>(time));
        string unknown = ClaimCode.Create();
        await RefusedAsync(bridge, "m2-001", unknown, null, HttpStatusCode.Unauthorized, "No such claim");
        await RefusedAsync(bridge, "m2-001", "hello", null, HttpStatusCode.Unauthorized, "No such claim");
        await RefusedAsync(bridge, "m2-001", await bridge.ClaimAsync("m2-009"), null, HttpStatusCode.Unauthorized, "made for another terminal");
        string old = await bridge.ClaimAsync("m2-001", TimeSpan.FromHours(1));
        time.Advance(TimeSpan.FromHours(2));
        await RefusedAsync(bridge, "m2-001", old, null, HttpStatusCode.Unauthorized, "has expired");
        (await bridge.ExceptionAsync("enrolment")).Source.ShouldBe("access");
        // The code is nowhere in the database. (PostgreSQL's files are the server's, of all tests.)
        if (PostgresCluster.Chosen) return;
        (await File.ReadAllBytesAsync(Path.Combine(bridge.Data, "bridge.db-wal"), TestContext.Current.CancellationToken)).AsSpan()
            .IndexOf(System.Text.Encoding.ASCII.GetBytes(unknown)).ShouldBe(-1);
    }

    [Fact]
    public async Task Bad_requests_are_refused_in_words_and_do_not_cost_the_claim()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        string claim = await bridge.ClaimAsync("m2-001");
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256), wrongCurve = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using RSA small = RSA.Create(1024), large = RSA.Create(2048);
        byte[] tampered = Convert.FromBase64String(Enrolled.Csr(key, "m2-001"));
        tampered[^1] ^= 1;
        await RefusedAsync(bridge, "m2-001", claim, "@@@@", HttpStatusCode.BadRequest, "not base64");
        await RefusedAsync(bridge, "m2-001", claim, "AAAA", HttpStatusCode.BadRequest, "cannot be read");
        await RefusedAsync(bridge, "m2-001", claim, Convert.ToBase64String(tampered), HttpStatusCode.BadRequest, "signature");
        await RefusedAsync(bridge, "m2-001", claim, Enrolled.Csr(key, "m2-002"), HttpStatusCode.BadRequest, "is for 'm2-002'");
        await RefusedAsync(bridge, "m2-001", claim, Enrolled.Csr(wrongCurve, "m2-001"), HttpStatusCode.BadRequest, "EC P-256");
        await RefusedAsync(bridge, "m2-001", claim, Enrolled.Csr(small, "m2-001"), HttpStatusCode.BadRequest, "RSA of 2048");
        await RefusedAsync(bridge, "M2 001", claim, Enrolled.Csr(key, "m2-001"), HttpStatusCode.BadRequest, "a-z, 0-9");
        await RefusedAsync(bridge, "m2-001", claim, new string('A', 20_000), HttpStatusCode.RequestEntityTooLarge, "16384 bytes");
        using HttpClient http = Enrolled.PinnedClient(claim.Split('@')[1]);
        using HttpResponseMessage type = await Enrolled.PostAsync(http, bridge.Https, "m2-001", claim, Enrolled.Csr(key, "m2-001"), "text/plain");
        type.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        using StringContent nothing = new("");
        using HttpResponseMessage anonymous = await http.PostAsync(new Uri($"{bridge.Https}/.well-known/est/simpleenroll"), nothing, TestContext.Current.CancellationToken);
        anonymous.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        anonymous.Headers.WwwAuthenticate.Single().Scheme.ShouldBe("Basic");

        using HttpResponseMessage rsa = await Enrolled.PostAsync(http, bridge.Https, "m2-001", claim, Enrolled.Csr(large, "m2-001"));
        rsa.StatusCode.ShouldBe(HttpStatusCode.OK, await rsa.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_terminal_is_enrolled_again_only_by_a_claim_for_its_name_which_ends_the_old_certificate()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        await using TestTerminal old = await bridge.ConnectAsync("m2-001");
        await RefusedAsync(bridge, "m2-001", await bridge.ClaimAsync(), null, HttpStatusCode.Unauthorized, "There is a terminal 'm2-001' already");
        await using TestTerminal renewed = await bridge.ConnectAsync("m2-001");
        await old.Disconnected.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        InvalidOperationException refused = await Should.ThrowAsync<InvalidOperationException>(() => TestTerminal.ConnectAsync(old.Identity, bridge.Mqtt));
        refused.Message.ShouldContain("replaced by a new enrolment");
    }

    [Fact]
    public async Task Guessing_is_slowed_after_ten_refusals_from_one_address()
    {
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        await using TestBridge bridge = await TestBridge.StartAsync(builder => builder.Services.AddSingleton<TimeProvider>(time));
        for (int i = 0; i < 10; i++) await RefusedAsync(bridge, "m2-001", ClaimCode.Create(), null, HttpStatusCode.Unauthorized, "No such claim");
        string good = await bridge.ClaimAsync("m2-001");
        await RefusedAsync(bridge, "m2-001", good, null, HttpStatusCode.TooManyRequests, "try again in 300 seconds");
        time.Advance(TimeSpan.FromMinutes(6));
        await Enrolled.EnrolAsync(bridge.Https, "m2-001", good);
    }

    [Theory]
    [InlineData("abcde-fghjk-mnpqr-stvwx", true)]
    [InlineData("ABCDEFGHJKMNPQRSTVWX@00", true)]
    [InlineData("OIL01-OIL01-OIL01-OIL01", true)]
    [InlineData("ABCDE-FGHJK-MNPQR-STVW", false)]
    [InlineData("ABCDE-FGHJK-MNPQR-STVWXY", false)]
    [InlineData("ABCDE-FGHJK-MNPQR-STVW'", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void A_claim_is_read_as_people_type_it(string? typed, bool reads) => ClaimCode.TryHash(typed, out _).ShouldBe(reads);

    private static async Task RefusedAsync(TestBridge bridge, string terminal, string claim, string? csr, HttpStatusCode status, string says)
    {
        using HttpClient http = Enrolled.PinnedClient(bridge.Get<CertificateAuthority>().RootFingerprint);
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using HttpResponseMessage answer = await Enrolled.PostAsync(http, bridge.Https, terminal, claim, csr ?? Enrolled.Csr(key, terminal));
        string text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(status, text);
        text.ShouldContain(says);
        text.Trim().Split('\n').Length.ShouldBe(1, "one sentence");
    }
}
