using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Devices.Bridge.Fleet;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Kit;
using Devices.Contract;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MQTTnet;
using MQTTnet.Formatter;

namespace Devices.Bridge.Tests.Ingest;

public sealed class GateTests
{
    [Fact]
    public async Task TLS_1_2_no_certificate_and_a_certificate_of_another_authority_are_refused_in_the_handshake()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        Enrolled identity = await bridge.EnrolAsync("m2-001");
        await Should.ThrowAsync<Exception>(() => TlsAsync(bridge, SslProtocols.Tls12, identity.Certificate));
        await Should.ThrowAsync<Exception>(() => TlsAsync(bridge, SslProtocols.Tls13, null));
        using TempDirectory directory = new();
        using CertificateAuthority foreign = CertificateAuthority.Open(directory.File("ca"), [], TimeProvider.System);
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 bare = foreign.IssueTerminal("m2-001", new PublicKey(key));
        using X509Certificate2 with = bare.CopyWithPrivateKey(key);
        await Should.ThrowAsync<Exception>(() => TlsAsync(bridge, SslProtocols.Tls13, X509CertificateLoader.LoadPkcs12(with.Export(X509ContentType.Pkcs12), null)));
        // The server's own certificate is signed by the same root but is no client's.
        await Should.ThrowAsync<Exception>(() => TlsAsync(bridge, SslProtocols.Tls13, bridge.Get<CertificateAuthority>().ServerCertificate()));
        await TlsAsync(bridge, SslProtocols.Tls13, identity.Certificate);
    }

    [Fact]
    public async Task The_client_id_must_be_the_certificates_name()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        Enrolled identity = await bridge.EnrolAsync("m2-001");
        await bridge.EnrolAsync("m2-002");
        await RefusedAsync(bridge, identity, options => options.WithClientId("m2-002"), "ClientIdentifierNotValid", "must be the certificate's name, 'm2-001'");
    }

    [Fact]
    public async Task MQTT_3_and_endless_keep_alives_are_refused_in_words()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        Enrolled identity = await bridge.EnrolAsync("m2-001");
        await RefusedAsync(bridge, identity, options => options.WithNoKeepAlive(), "ImplementationSpecificError", "keep-alive must be 1 to 300");
        await RefusedAsync(bridge, identity, options => options.WithKeepAlivePeriod(TimeSpan.FromHours(1)), "ImplementationSpecificError", "not 3600");
        await Should.ThrowAsync<Exception>(() => TestTerminal.ConnectAsync(identity, bridge.Mqtt, options => options.WithProtocolVersion(MqttProtocolVersion.V311)));
    }

    [Fact]
    public async Task A_revoked_terminal_is_disconnected_and_cannot_return_until_it_is_enrolled_again()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        await using TestTerminal terminal = await bridge.ConnectAsync("m2-001");
        await bridge.Get<IFleetStore>().RevokeTerminalAsync("m2-001", "stolen");
        await bridge.App.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>().OfType<CertificateSweep>().Single().SweepAsync(TestContext.Current.CancellationToken);
        MqttClientDisconnectedEventArgs gone = await terminal.Disconnected.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        gone.Reason.ShouldBe(MqttClientDisconnectReason.NotAuthorized);
        gone.ReasonString.ShouldContain("revoked (stolen)");
        await RefusedAsync(bridge, terminal.Identity, null, "NotAuthorized", "revoked (stolen)");
        (await bridge.ExceptionAsync("connect")).Text.ShouldContain("m2-001");
        await using TestTerminal again = await bridge.ConnectAsync("m2-001");
    }

    [Fact]
    public async Task An_expired_certificate_is_refused_with_its_date()
    {
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        await using TestBridge bridge = await TestBridge.StartAsync(builder => builder.Services.AddSingleton<TimeProvider>(time));
        Enrolled identity = await bridge.EnrolAsync("m2-001");
        time.Advance(TimeSpan.FromDays(366));
        await RefusedAsync(bridge, identity, null, "NotAuthorized", "expired at ");
    }

    [Fact]
    public async Task A_certificate_of_our_root_that_the_store_never_issued_is_refused()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        Enrolled identity = await bridge.EnrolAsync("m2-001");
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 bare = bridge.Get<CertificateAuthority>().IssueTerminal("m2-001", new PublicKey(key));
        using X509Certificate2 with = bare.CopyWithPrivateKey(key);
        Enrolled forged = identity with { Certificate = X509CertificateLoader.LoadPkcs12(with.Export(X509ContentType.Pkcs12), null) };
        await RefusedAsync(bridge, forged, null, "NotAuthorized", "not known to this bridge");
    }

    [Fact]
    public async Task A_second_connection_takes_over_and_two_boards_that_fight_for_a_name_are_shown()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        Enrolled identity = await bridge.EnrolAsync("m2-001");
        TestTerminal current = await TestTerminal.ConnectAsync(identity, bridge.Mqtt);
        for (int i = 0; i < 5; i++)
        {
            TestTerminal next = await TestTerminal.ConnectAsync(identity, bridge.Mqtt);
            (await current.Disconnected.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken)).Reason.ShouldBe(MqttClientDisconnectReason.SessionTakenOver);
            await current.DisposeAsync();
            current = next;
        }
        await Until.TrueAsync(async () => (await bridge.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, false, 10)).Any(one => one.Code == "shared-identity"), "the fight is shown");
        (await bridge.Get<ITerminalStore>().FindTerminalAsync(SiteScope.All, "m2-001"))!.Online.ShouldBeTrue("the newest connection stands");
        TestLedger ledger = new TestLedger("m2-001").AddMany(2);
        (await current.PublishAsync(ledger.All())).ReasonCode.ShouldBe(MqttClientPublishReasonCode.Success);
        await current.DisposeAsync();
    }

    [Fact]
    public async Task A_packet_above_the_limit_ends_the_connection_before_it_is_buffered_and_is_shown()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        await using TestTerminal terminal = await bridge.ConnectAsync("m2-001");
        Task sending = terminal.PublishAsync(Topics.For("m2-001", Topics.Punches), new byte[8 * 1024 * 1024]);
        MqttClientDisconnectedEventArgs gone = await terminal.Disconnected.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        gone.ClientWasConnected.ShouldBeTrue();
        await Should.ThrowAsync<Exception>(() => sending);
        ExceptionRow row = await bridge.ExceptionAsync("oversized");
        row.Text.ShouldContain("524288 are the limit");
        // Others are served on.
        await using TestTerminal other = await bridge.ConnectAsync("m2-002");
        (await other.PublishAsync(new TestLedger("m2-002").AddMany(1).All())).ReasonCode.ShouldBe(MqttClientPublishReasonCode.Success);
    }

    private static async Task RefusedAsync(TestBridge bridge, Enrolled identity, Action<MqttClientOptionsBuilder>? configure, string code, string says)
    {
        Exception refused = await Should.ThrowAsync<InvalidOperationException>(() => TestTerminal.ConnectAsync(identity, bridge.Mqtt, configure));
        refused.Message.ShouldStartWith(code);
        refused.Message.ShouldContain(says);
    }

    // TLS 1.3 tells a client of a refused certificate only after the handshake: the first read shows it.
    private static async Task TlsAsync(TestBridge bridge, SslProtocols protocols, X509Certificate2? certificate)
    {
        Uri at = new(bridge.Mqtt);
        using TcpClient tcp = new(at.Host, at.Port);
        await using SslStream tls = new(tcp.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = protocols,
            ClientCertificates = certificate is null ? null : [certificate],
            RemoteCertificateValidationCallback = (_, seen, _, _) => seen?.Issuer.Contains("Devices bridge root", StringComparison.Ordinal) == true,
        });
        // CONNECT, MQTT 5, clean start, keep-alive 30, client id "m2-001".
        byte[] connect = [0x10, 19, 0, 4, (byte)'M', (byte)'Q', (byte)'T', (byte)'T', 5, 2, 0, 30, 0, 0, 6, .. "m2-001"u8];
        await tls.WriteAsync(connect);
        byte[] answer = new byte[4];
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(20));
        await tls.ReadExactlyAsync(answer, limit.Token);
        answer[0].ShouldBe((byte)0x20);
        answer[3].ShouldBe((byte)0, "CONNACK success");
    }
}
