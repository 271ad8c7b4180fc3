using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Devices.Bridge.Fleet;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Kit;
using Devices.Contract;
using Devices.Contract.Messages;
using Devices.Edge.Ledger.Identity;
using Devices.Edge.Ledger.Uplink;

namespace Devices.Bridge.Tests.Fleet;

/// <summary>The exchange of the root, by command line beside a running bridge, with terminals' own uplinks, roots and certificates over real TLS.</summary>
public sealed class RotationTests
{
    [Fact]
    public async Task A_root_is_exchanged_without_a_restart_a_lost_connection_or_a_terminal_left_behind()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        CertificateAuthority authority = bridge.Get<CertificateAuthority>();
        string first = authority.RootFingerprint, claimBefore = await bridge.ClaimAsync("m2-003");
        await using RealTerminal here = await RealTerminal.ProvisionAsync(bridge, "m2-001"), away = await RealTerminal.ProvisionAsync(bridge, "m2-002");
        here.Host = new TrustHost(here);
        away.Host = new TrustHost(away);
        here.Start().Punch(2);
        await here.ArrivedAsync();
        (await RefusedAsync(bridge, "switch")).ShouldContain("There is no next root");
        (await RefusedAsync(bridge, "retire")).ShouldContain("There is no old root");

        string next = (await RunAsync(bridge, "new-root")).GetProperty("root").GetString()!;
        (await RefusedAsync(bridge, "new-root")).ShouldContain("announced already");
        await Until.TrueAsync(() => Task.FromResult(Trusted(here).SetEquals([first, next])), "the next root is announced down the link");
        here.Uplink.Status.Connects.ShouldBe(1, "nothing was dropped");
        authority.RootFingerprint.ShouldBe(first);

        // A terminal that does not speak of roots holds the switch up, by name.
        await using (TestTerminal plain = await bridge.ConnectAsync("m2-plain"))
        {
            await Until.TrueAsync(async () => (await bridge.Get<IFleetStore>().LiveCertificatesAsync()).Any(one => one is { Terminal: "m2-plain", Online: true }), "seen");
            (await RefusedAsync(bridge, "switch")).ShouldContain("m2-plain");
        }
        await bridge.Get<IFleetStore>().RevokeAsync("m2-plain", "test", "test", null);
        string serial = here.Serial;
        await RunAsync(bridge, "switch");
        await Until.TrueAsync(() => Task.FromResult(authority.RootFingerprint == next), "taken over by the running bridge");
        await Until.TrueAsync(() => Task.FromResult(here.Serial != serial && here.Keeper.Status.Condition == CertificateCondition.Good), "renewed under the new root");
        authority.IssuerOf(new IdentityFolder(here.Tls).Load())!.Fingerprint.ShouldBe(next);
        (await ServerIssuerAsync(bridge)).ShouldBe(next, "the bridge's own certificate likewise");
        here.Punch(2);
        await here.ArrivedAsync();

        (await RefusedAsync(bridge, "retire")).ShouldContain("m2-002");
        // It was away all the while, knows only the old root, and is let in: the old root vouches for the new one.
        Trusted(away).ShouldBe([first]);
        away.Start().Punch(3);
        await away.ArrivedAsync();
        await Until.TrueAsync(() => Task.FromResult(Trusted(away).SetEquals([first, next]) && authority.IssuerOf(new IdentityFolder(away.Tls).Load())!.Fingerprint == next), "it has followed");
        // A claim made before the switch names the old root and still works.
        await using RealTerminal late = await RealTerminal.ProvisionAsync(bridge, "m2-003", claim: claimBefore);
        late.Host = new TrustHost(late);
        late.Start().Punch(1);
        await late.ArrivedAsync();

        await Until.TrueAsync(async () =>
        {
            await bridge.Get<CertificateSweep>().SweepAsync();
            JsonElement[] roots = [.. (await RunAsync(bridge, "show")).GetProperty("roots").EnumerateArray()];
            return roots.Single(one => one.GetProperty("state").GetString() == "old").GetProperty("certificates_of").GetArrayLength() == 0
                && roots.Single(one => one.GetProperty("state").GetString() == "issuing").GetProperty("not_trusted_by").GetArrayLength() == 0;
        }, "nobody depends on the old root");
        (await RunAsync(bridge, "retire")).GetProperty("root").GetString().ShouldBe(first);
        foreach (RealTerminal one in (RealTerminal[])[here, away, late]) await Until.TrueAsync(() => Task.FromResult(Trusted(one).SetEquals([next])), "the old root is forgotten");
        await here.StopAsync();
        here.Punch(1);
        here.Start();
        await here.ArrivedAsync();
        (await bridge.Get<IPunchStore>().ListAfterAsync(SiteScope.All, 0, 1000)).GroupBy(one => one.Punch.Terminal, one => one.Punch.Seq).ShouldAllBe(one => one.Order().SequenceEqual(Enumerable.Range(1, one.Count()).Select(i => (long)i)));
        (await bridge.Get<IPunchStore>().ListAfterAsync(SiteScope.All, 0, 1000)).Count.ShouldBe(9);
        await bridge.RestartAsync();
        bridge.Get<CertificateAuthority>().Roots.Select(one => one.Fingerprint).ShouldBe([next]);
        (await bridge.Get<IAuditStore>().AuditLogAsync(50)).Where(one => one.Action.StartsWith("ca.", StringComparison.Ordinal)).Select(one => one.Action).ShouldBe(["ca.retire", "ca.switch", "ca.new-root"]);
    }

    [Fact]
    public void Roots_are_taken_over_while_it_runs_and_what_cannot_be_used_is_said_and_left()
    {
        using TempDirectory directory = new();
        using CertificateAuthority running = CertificateAuthority.Open(directory.File("ca"), [], TimeProvider.System);
        X509Certificate2 server = running.ServerCertificate();
        running.Reload().ShouldBeNull();
        using (CertificateAuthority beside = CertificateAuthority.Open(directory.File("ca"), [], TimeProvider.System)) beside.MakeNext();
        running.Reload()!.ShouldContain("is new (announced)");
        running.Roots.Count.ShouldBe(2);
        running.ServerCertificate().ShouldBeSameAs(server);
        string index = directory.File("ca/roots.json"), kept = File.ReadAllText(index);
        File.WriteAllText(index, "[]");
        File.SetLastWriteTimeUtc(index, DateTime.UtcNow.AddSeconds(5));
        running.Reload()!.ShouldContain("is not used, and what was in force before stays");
        running.Roots.Count.ShouldBe(2);
        File.WriteAllText(index, kept);
        File.SetLastWriteTimeUtc(index, DateTime.UtcNow.AddSeconds(9));
        using (CertificateAuthority beside = CertificateAuthority.Open(directory.File("ca"), [], TimeProvider.System))
        {
            beside.Retire(RootState.Next);
            Should.Throw<BridgeStartException>(() => beside.Retire(RootState.Next)).Message.ShouldContain("no next root");
        }
        File.SetLastWriteTimeUtc(index, DateTime.UtcNow.AddSeconds(20));
        running.Reload()!.ShouldContain("is gone");

        // A server certificate that somebody put there, of our root and for our names, is taken; any other is not.
        using CertificateAuthority other = CertificateAuthority.Open(directory.File("other"), [], TimeProvider.System);
        other.ServerCertificate();
        foreach (string file in (string[])["server.crt", "server.key"])
        {
            File.Copy(directory.File($"other/{file}"), directory.File($"ca/{file}"), overwrite: true);
            File.SetLastWriteTimeUtc(directory.File($"ca/{file}"), DateTime.UtcNow.AddSeconds(30));
        }
        running.Reload();
        running.ServerCertificate().RawData.ShouldBe(server.RawData);
    }

    private static HashSet<string> Trusted(RealTerminal terminal) => [.. new TrustDesk(new(terminal.Tls)).State()!.Roots];

    private static async Task<string?> ServerIssuerAsync(TestBridge bridge)
    {
        Uri at = new(bridge.Mqtt);
        using TcpClient tcp = new();
        await tcp.ConnectAsync(at.Host, at.Port);
        X509Certificate2? shown = null;
        await using SslStream tls = new(tcp.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "127.0.0.1",
            RemoteCertificateValidationCallback = (_, certificate, _, _) => (shown = X509CertificateLoader.LoadCertificate(certificate!.GetRawCertData())) is not null,
        });
        return bridge.Get<CertificateAuthority>().IssuerOf(shown!)?.Fingerprint;
    }

    private static async Task<JsonElement> RunAsync(TestBridge bridge, string verb)
    {
        await using StringWriter output = new(), errors = new();
        (await BridgeProgram.RunAsync(["ca", verb, "--data", bridge.Data, "--json"], output, errors)).ShouldBe(0, errors.ToString());
        return JsonDocument.Parse(output.ToString()).RootElement;
    }

    private static async Task<string> RefusedAsync(TestBridge bridge, string verb)
    {
        await using StringWriter output = new(), errors = new();
        (await BridgeProgram.RunAsync(["ca", verb, "--data", bridge.Data], output, errors)).ShouldBe(BridgeProgram.StartFailed);
        return errors.ToString();
    }

    /// <summary>What the agent does with roots: takes them, answers, and renews where another one signs.</summary>
    private sealed class TrustHost(RealTerminal terminal) : IUplinkHost
    {
        private readonly TrustDesk _desk = new(new(terminal.Tls));

        public AppliedMessage Applied => new() { Trust = _desk.State() };

        public async Task OnDownlinkAsync(string leaf, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
        {
            if (leaf != Topics.Trust || !ContractCodec.TryRead(payload.Span, ContractJson.Default.TrustMessage, out TrustMessage? message, out _)) return;
            if (_desk.Take(message!, out _)) terminal.Keeper.Ask();
            _ = terminal.Uplink.TryPublishAsync(Topics.Applied, ContractCodec.Write(Applied, ContractJson.Default.AppliedMessage), cancellation);
            await Task.CompletedTask;
        }
    }
}
