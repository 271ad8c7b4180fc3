using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Devices.Bridge.Fleet;
using Devices.Bridge.Ingest;
using Devices.Bridge.Tests.Kit;
using Devices.Bridge.Tests.Web;
using Microsoft.Extensions.DependencyInjection;

namespace Devices.Bridge.Tests.Security;

/// <summary>What the two ports agree to in real handshakes, whatever a client offers. Who is let in by which certificate: <c>GateTests</c>.</summary>
public sealed class TlsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task MQTT_speaks_TLS_1_3_and_nothing_older_and_HTTPS_nothing_older_than_1_2()
    {
        Assert.SkipUnless(OpenSsl.IsHere, "openssl is not installed here: a client that offers old versions is needed.");
        await using TestBridge bridge = await TestBridge.StartAsync();
        Enrolled identity = await bridge.EnrolAsync("m2-001");
        foreach (string old in (string[])["-tls1", "-tls1_1"])
        {
            (await OpenSsl.ConnectAsync(bridge.Https, "", null, old, "-cipher", "ALL:@SECLEVEL=0")).ShouldContain("alert protocol version", Case.Insensitive, old);
            (await OpenSsl.ConnectAsync(bridge.Mqtt, "", identity, old, "-cipher", "ALL:@SECLEVEL=0")).ShouldContain("alert protocol version", Case.Insensitive, old);
        }

        (await OpenSsl.ConnectAsync(bridge.Mqtt, "", identity, "-tls1_2")).ShouldContain("alert protocol version", Case.Insensitive);
        (await OpenSsl.ConnectAsync(bridge.Https, "", null, "-tls1_2")).ShouldContain("Protocol  : TLSv1.2");
        (await OpenSsl.ConnectAsync(bridge.Https, "", null, "-tls1_3")).ShouldContain("New, TLSv1.3");
        (await OpenSsl.ConnectAsync(bridge.Mqtt, "", identity, "-tls1_3")).ShouldContain("New, TLSv1.3");
    }

    [Fact]
    public async Task Every_cipher_is_authenticated_and_forward_secret_nothing_is_compressed_renegotiated_or_resumed()
    {
        Assert.SkipUnless(OpenSsl.IsHere, "openssl is not installed here: a client that offers weak ciphers is needed.");
        await using TestBridge bridge = await TestBridge.StartAsync();
        Enrolled identity = await bridge.EnrolAsync("m2-001");
        // Without forward secrecy, without a good hash, without encryption, without authentication.
        foreach (string weak in (string[])["AES128-SHA:AES256-GCM-SHA384:AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA", "NULL-SHA256:ECDHE-ECDSA-NULL-SHA", "AECDH-AES128-SHA:ADH-AES128-GCM-SHA256"])
            (await OpenSsl.ConnectAsync(bridge.Https, "", null, "-tls1_2", "-cipher", weak + ":@SECLEVEL=0")).ShouldContain("alert handshake failure", Case.Insensitive, weak);

        string agreed = await OpenSsl.ConnectAsync(bridge.Https, "", null, "-tls1_2");
        agreed.ShouldMatch("Cipher is ECDHE-ECDSA-(AES(128|256)-GCM|CHACHA20)");
        agreed.ShouldContain("Compression: NONE");
        agreed.ShouldNotContain("TLS session ticket:\n", Case.Sensitive, "a ticket would outlive a revocation");
        string renegotiated = await OpenSsl.ConnectAsync(bridge.Https, "R\n", null, "-tls1_2");
        renegotiated.ShouldContain("RENEGOTIATING");
        renegotiated.ShouldMatch("no renegotiation|alert|unexpected eof|error:", "a client's wish to negotiate anew is refused");

        string mqtt = await OpenSsl.ConnectAsync(bridge.Mqtt, "", identity, "-tls1_3");
        mqtt.ShouldMatch("Cipher is TLS_(AES_256_GCM_SHA384|AES_128_GCM_SHA256|CHACHA20_POLY1305_SHA256)");
        mqtt.ShouldContain("Compression: NONE");
        mqtt.ShouldContain("Early data was not sent");
        // A session that was kept is of no use: what came of it, if anything came, is a handshake in full.
        await FreshAsync(bridge.Mqtt, "\n", identity);
        await FreshAsync(bridge.Https, "GET /login HTTP/1.0\r\n\r\n", null);
    }

    [Fact]
    public async Task A_page_asked_for_without_a_host_is_refused_with_a_sentence_and_a_probe_is_answered()
    {
        Assert.SkipUnless(OpenSsl.IsHere, "openssl is not installed here: a client that names no host is needed.");
        await using TestBridge bridge = await TestBridge.StartAsync();
        string page = await OpenSsl.ConnectAsync(bridge.Https, "GET /login HTTP/1.0\r\n\r\n", null, "-quiet", "-no_ign_eof");
        page.ShouldContain("HTTP/1.1 400 Bad Request");
        page.ShouldContain("The request names no host");
        (await OpenSsl.ConnectAsync(bridge.Https, "GET /healthz HTTP/1.0\r\n\r\n", null, "-quiet", "-no_ign_eof")).ShouldContain("HTTP/1.1 200 OK");
    }

    // Tickets without a session behind them may still come after a handshake, sooner or later: whether one can be used is asked, not whether one was seen.
    private static async Task FreshAsync(string address, string input, Enrolled? identity)
    {
        using TempDirectory folder = new();
        string session = folder.File("session.pem");
        (await OpenSsl.ConnectAsync(address, input, identity, "-tls1_3", "-sess_out", session)).ShouldContain("New, TLSv1.3");
        if (!File.Exists(session)) return;
        string again = await OpenSsl.ConnectAsync(address, input, identity, "-tls1_3", "-sess_in", session);
        again.ShouldContain("New, TLSv1.3", Case.Sensitive, "a session would outlive a revocation");
        again.ShouldNotContain("Reused, ");
    }

    [Fact]
    public async Task A_certificate_that_a_terminal_made_for_itself_or_signed_as_an_authority_is_refused_in_the_handshake()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        Enrolled identity = await bridge.EnrolAsync("m2-001");
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256), other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        DateTimeOffset from = DateTimeOffset.UtcNow.AddDays(-1), until = from.AddYears(1);

        CertificateRequest own = Request("m2-001", key);
        await RefusedAsync(bridge, own.CreateSelfSigned(from, until));

        // The root's name is known to everybody; its key is not.
        using X509Certificate2 byName = own.Create(identity.Root.SubjectName, X509SignatureGenerator.CreateForECDsa(other), from, until, [1, 2, 3]);
        await RefusedAsync(bridge, byName.CopyWithPrivateKey(key));

        // A terminal's certificate is no authority, though its holder can sign with it what it likes.
        using ECDsa terminal = identity.Certificate.GetECDsaPrivateKey()!;
        using X509Certificate2 below = own.Create(identity.Certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(terminal), from, until, [4, 5, 6]);
        await RefusedAsync(bridge, below.CopyWithPrivateKey(key), identity.Certificate);
    }

    [Fact]
    public async Task Over_HTTPS_browsers_are_told_to_stay_there_and_cookies_are_for_this_host_alone()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        using SocketsHttpHandler handler = new() { UseCookies = false, SslOptions = new() { RemoteCertificateValidationCallback = (_, seen, _, _) => seen is not null } };
        using HttpClient client = new(handler) { BaseAddress = new(bridge.Https.Replace("localhost", "127.0.0.1", StringComparison.Ordinal)) };
        using HttpResponseMessage page = await client.GetAsync("/login", Stop);

        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        page.Headers.GetValues("Strict-Transport-Security").Single().ShouldBe("max-age=31536000");
        page.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("frame-ancestors 'none'");
        page.Headers.GetValues("X-Content-Type-Options").Single().ShouldBe("nosniff");
        page.Headers.Contains("Server").ShouldBeFalse();
        string[] cookies = [.. page.Headers.GetValues("Set-Cookie")];
        cookies.ShouldNotBeEmpty();
        foreach (string cookie in cookies)
        {
            cookie.ShouldStartWith("__Host-", Case.Sensitive, cookie);
            cookie.ShouldContain("secure", Case.Insensitive);
            cookie.ShouldContain("httponly", Case.Insensitive);
            cookie.ShouldContain("samesite=", Case.Insensitive);
            cookie.ShouldNotContain("domain=", Case.Insensitive);
        }
    }

    [Fact]
    public async Task Who_connects_and_says_nothing_is_let_go_before_and_after_the_handshake()
    {
        await using TestBridge bridge = await TestBridge.StartAsync(builder => builder.Services.AddSingleton(new IngestOptions { HandshakeTimeout = TimeSpan.FromSeconds(1) }));
        Enrolled identity = await bridge.EnrolAsync("m2-001");
        Uri at = new(bridge.Mqtt);
        using TcpClient silent = new(at.Host, at.Port), slow = new(at.Host, at.Port);
        await using SslStream tls = new(slow.GetStream());
        await tls.AuthenticateAsClientAsync(Options(identity.Certificate), Stop);

        // Neither a byte of TLS, nor a CONNECT behind it.
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        (await EndAsync(silent.GetStream(), limit.Token)).ShouldBe(0);
        (await EndAsync(tls, limit.Token)).ShouldBe(0);
        await using TestTerminal other = await bridge.ConnectAsync("m2-002");
    }

    [Fact]
    public async Task Hundreds_of_strangers_at_the_port_keep_no_terminal_from_punching()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        await using TestTerminal inside = await bridge.ConnectAsync("m2-001");
        TestLedger ledger = new("m2-001");
        ledger.AddMany(20);
        Enrolled late = await bridge.EnrolAsync("m2-002");
        Uri at = new(bridge.Mqtt);
        List<TcpClient> silent = [];
        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        int refused = 0;
        // One address: those who hold connections open and say nothing, and those who shake hands with no certificate, over and over.
        Task[] knocking = [.. Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                try
                {
                    using TcpClient tcp = new(at.Host, at.Port);
                    await using SslStream tls = new(tcp.GetStream());
                    await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", EnabledSslProtocols = SslProtocols.Tls13, RemoteCertificateValidationCallback = (_, seen, _, _) => seen is not null }, enough.Token);
                    if (await EndAsync(tls, enough.Token) == 0) Interlocked.Increment(ref refused);
                }
                catch (Exception fault) when (fault is IOException or SocketException or AuthenticationException or OperationCanceledException)
                {
                    if (!enough.IsCancellationRequested) Interlocked.Increment(ref refused);
                }
            }
        }, CancellationToken.None))];
        try
        {
            for (int i = 0; i < 300; i++) silent.Add(new(at.Host, at.Port));
            for (int seq = 1; seq <= 20; seq++)
                (await inside.PublishAsync(ledger.Batch(seq, 1))).ReasonCode.ShouldBe(MQTTnet.MqttClientPublishReasonCode.Success);
            // And who was not connected yet gets in beside them.
            await using TestTerminal outside = await TestTerminal.ConnectAsync(late, bridge.Mqtt);
            (await outside.PublishAsync(new TestLedger("m2-002").AddMany(1).All())).ReasonCode.ShouldBe(MQTTnet.MqttClientPublishReasonCode.Success);
            await Until.TrueAsync(() => Task.FromResult(Volatile.Read(ref refused) >= 100), "a hundred strangers were refused");
        }
        finally
        {
            await enough.CancelAsync();
            await Task.WhenAll(knocking);
            foreach (TcpClient one in silent) one.Dispose();
        }
    }

    private static async Task<int> EndAsync(Stream stream, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.ReadAsync(new byte[16], cancellationToken);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static CertificateRequest Request(string name, ECDsa key)
    {
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], false));
        return request;
    }

    private static SslClientAuthenticationOptions Options(X509Certificate2 certificate, params X509Certificate2[] along) => new()
    {
        TargetHost = "localhost", EnabledSslProtocols = SslProtocols.Tls13,
        ClientCertificateContext = SslStreamCertificateContext.Create(certificate, [.. along], offline: true),
        RemoteCertificateValidationCallback = (_, seen, _, _) => seen is not null,
    };

    // TLS 1.3 tells a client of a refused certificate only after the handshake: the first read shows it.
    private static async Task RefusedAsync(TestBridge bridge, X509Certificate2 bare, params X509Certificate2[] along)
    {
        using X509Certificate2 certificate = X509CertificateLoader.LoadPkcs12(bare.Export(X509ContentType.Pkcs12), null);
        Uri at = new(bridge.Mqtt);
        using TcpClient tcp = new(at.Host, at.Port);
        await using SslStream tls = new(tcp.GetStream());
        await Should.ThrowAsync<Exception>(async () =>
        {
            await tls.AuthenticateAsClientAsync(Options(certificate, along), Stop);
            await tls.WriteAsync((byte[])[0x10, 19, 0, 4, (byte)'M', (byte)'Q', (byte)'T', (byte)'T', 5, 2, 0, 30, 0, 0, 6, .. "m2-001"u8], Stop);
            if (await tls.ReadAsync(new byte[4], Stop) == 0) throw new IOException("closed");
        });
        bare.Dispose();
    }
}
