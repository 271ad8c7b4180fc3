using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Devices.Edge.Ledger.Uplink;
using Devices.Ledger.Tests.Support;

namespace Devices.Ledger.Tests.Uplink;

public sealed class TlsTests
{
    private static async Task RefusedAsync(Rig rig, string words)
    {
        rig.Punch(1).Start();
        await Wait.Until(() => rig.Notes.Any(n => n.Kind == UplinkNoteKind.Lost), "refused");
        rig.Notes.First(n => n.Kind == UplinkNoteKind.Lost).Text.ShouldContain(words);
        rig.Notes.ShouldAllBe(n => !n.Text.Contains("   at "));
        rig.Bridge.Publishes.ShouldBe(0);
        rig.Ledger.Acknowledged.ShouldBe(0);
    }

    [Fact]
    public async Task A_bridge_of_another_name_is_refused()
    {
        await using Rig rig = await Rig.MakeAsync(o => o with { ServerName = "other.test" });
        await RefusedAsync(rig, "not for 'other.test'");
    }

    [Fact]
    public async Task A_bridge_of_another_ca_is_refused()
    {
        await using Rig rig = await Rig.MakeAsync();
        using var stranger = new TestCa("Stranger");
        TestCa.WritePem(stranger.Root, rig.Options.CaFile);
        await RefusedAsync(rig, "not issued by this terminal's own CA");
    }

    [Fact]
    public async Task A_bridge_that_speaks_only_TLS_1_2_is_not_spoken_to()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using Rig rig = await Rig.MakeAsync(o => o with { Port = ((IPEndPoint)listener.LocalEndpoint).Port });
        using X509Certificate2 certificate = rig.Ca.Issue("bridge", server: true, dns: "bridge.test");
        async Task<string> ServeAsync()
        {
            using TcpClient tcp = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
            await using SslStream tls = new(tcp.GetStream());
            try
            {
                await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate, EnabledSslProtocols = SslProtocols.Tls12, ClientCertificateRequired = true, RemoteCertificateValidationCallback = (_, seen, _, _) => seen is not null }, TestContext.Current.CancellationToken);
                return "agreed on " + tls.SslProtocol;
            }
            catch (Exception fault) when (fault is AuthenticationException or IOException)
            {
                return fault.ToString();
            }
        }

        Task<string> served = ServeAsync();
        await RefusedAsync(rig, "bridge");
        (await served.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken)).ShouldContain("protocol", Case.Insensitive);
    }

    [Fact]
    public async Task A_terminal_certificate_of_another_ca_does_not_get_in()
    {
        await using Rig rig = await Rig.MakeAsync();
        using var stranger = new TestCa("Stranger");
        using X509Certificate2 own = stranger.Issue("m2-001", server: false);
        TestCa.WritePem(own, rig.Options.CertificateFile, rig.Options.KeyFile);
        await RefusedAsync(rig, "bridge");
    }

    [Fact]
    public async Task Missing_or_broken_files_are_named_and_read_again_at_the_next_try()
    {
        await using Rig rig = await Rig.MakeAsync();
        string key = await File.ReadAllTextAsync(rig.Options.KeyFile, TestContext.Current.CancellationToken);
        File.Delete(rig.Options.KeyFile);
        await RefusedAsync(rig, "terminal.key");
        await File.WriteAllTextAsync(rig.Options.KeyFile, "garbage", TestContext.Current.CancellationToken);
        await Wait.Until(() => rig.Notes.Any(n => n.Text.Contains("Provision the terminal again")), "said in words");
        await File.WriteAllTextAsync(rig.Options.KeyFile, key, TestContext.Current.CancellationToken);
        await rig.EverythingArrivesAsync();
    }

    [Fact]
    public async Task Esp_aws_iot_139_a_renewed_certificate_is_taken_at_the_next_connect_without_a_restart()
    {
        await using Rig rig = await Rig.MakeAsync();
        rig.Punch(1).Start();
        await rig.EverythingArrivesAsync();
        using X509Certificate2 renewed = rig.Ca.Issue("m2-001", server: false);
        TestCa.WritePem(renewed, rig.Options.CertificateFile, rig.Options.KeyFile);
        await rig.Bridge.CutAsync("m2-001");
        rig.Punch(1);
        await rig.EverythingArrivesAsync();
        rig.Uplink.Status.Connects.ShouldBe(2);
    }

    [Fact]
    public async Task Fleet_40080_two_cas_are_trusted_while_one_replaces_the_other()
    {
        await using Rig rig = await Rig.MakeAsync();
        using var next = new TestCa("Next root");
        await File.WriteAllTextAsync(rig.Options.CaFile, next.Root.ExportCertificatePem() + "\n" + rig.Ca.Root.ExportCertificatePem() + "\n", TestContext.Current.CancellationToken);
        rig.Punch(1).Start();
        await rig.EverythingArrivesAsync();
    }

    /// <summary>siderolabs/sbc-raspberrypi#47: no RTC, the clock at 1970, TLS refuses certificates, and so the time never comes.</summary>
    [Fact]
    public async Task Sbc_raspberrypi_47_a_board_that_woke_in_1970_reaches_the_bridge_and_learns_the_time()
    {
        await using Rig rig = await Rig.MakeAsync();
        var board = new Board { WallOffsetMs = -Board.Start };
        rig.Clock = new(new() { BuildTimeMs = 1_700_000_000_000 }, board, board, board, rig.Ledger, null);
        rig.Ledger.Append(Drafts.Card(), rig.Clock.Read()).Recorded();
        using var sealer = new Devices.Edge.Ledger.Time.HeldSealer(rig.Clock, rig.Ledger, board);
        rig.Start();
        await Wait.Until(() => rig.Clock.Source == Devices.Edge.Ledger.Time.TrustSource.Bridge, "the bridge's time");
        await rig.EverythingArrivesAsync();
        rig.Bridge.Punches[0].Clock.ShouldBe(Contract.Punches.ClockQuality.Corrected);
        rig.Bridge.Punches[0].At.ShouldBeInRange(DateTimeOffset.UtcNow.AddMinutes(-5).ToUnixTimeMilliseconds(), DateTimeOffset.UtcNow.AddMinutes(1).ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task An_expired_bridge_certificate_is_refused_with_its_dates()
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        await using Rig rig = await Rig.MakeAsync(bridge: ca => ScriptedBridge.StartAsync(ca, certificateFrom: now.AddMinutes(-50), certificateTo: now.AddMinutes(-10)));
        // Where NTP vouches for the time; a clock that nobody vouches for may have run ahead.
        rig.Clock = new(new(), TimeProvider.System, new Devices.Edge.Ledger.Time.LinuxBootClock(), new Board { Ntp = new(true, 20) }, rig.Ledger);
        await RefusedAsync(rig, "is valid from");
    }

    [Fact]
    public void Nonsense_settings_are_refused_at_start()
    {
        var good = new UplinkOptions { Terminal = "m2-001", Host = "h", CaFile = "a", CertificateFile = "b", KeyFile = "c" };
        good.Validate();
        Should.Throw<ArgumentException>(() => (good with { Host = "" }).Validate()).Message.ShouldContain("Bridge:Host");
        Should.Throw<ArgumentException>(() => (good with { Port = 0 }).Validate()).Message.ShouldContain("port 0");
        Should.Throw<ArgumentException>(() => (good with { MaxBatch = 129 }).Validate()).Message.ShouldContain("129");
        Should.Throw<ArgumentException>(() => (good with { Terminal = "M2" }).Validate());
        Should.Throw<ArgumentException>(() => (good with { KeepAlive = TimeSpan.Zero }).Validate()).Message.ShouldContain("KeepAlive");
    }
}
