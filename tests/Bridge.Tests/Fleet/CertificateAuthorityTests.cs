using System.Security.Cryptography.X509Certificates;
using Devices.Bridge.Fleet;
using Devices.Bridge.Tests.Kit;
using Microsoft.Extensions.Time.Testing;

namespace Devices.Bridge.Tests.Fleet;

public sealed class CertificateAuthorityTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void The_root_is_made_once_and_its_key_is_the_owners_alone()
    {
        string first;
        using (CertificateAuthority made = Open()) first = made.RootFingerprint;
        using CertificateAuthority again = Open();
        again.RootFingerprint.ShouldBe(first);
        again.Root.HasPrivateKey.ShouldBeFalse();
        if (OperatingSystem.IsWindows()) return;
        File.GetUnixFileMode(_directory.File("ca/root.key")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.GetUnixFileMode(_directory.File("ca")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public void The_server_certificate_has_the_configured_names_and_loopback_and_chains_to_the_root()
    {
        using CertificateAuthority authority = Open("bridge.example.org", "192.0.2.7");
        X509Certificate2 server = authority.ServerCertificate();
        foreach (string name in new[] { "bridge.example.org", "192.0.2.7", "localhost", "127.0.0.1", "::1" })
            server.MatchesHostname(name, allowCommonName: false).ShouldBeTrue(name);
        server.MatchesHostname("evil.example.org", allowCommonName: false).ShouldBeFalse();
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority.Root);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.Build(server).ShouldBeTrue();
        authority.IsOurs(server).ShouldBeFalse("it is no client certificate");
    }

    [Fact]
    public void The_server_certificate_is_kept_over_restarts_and_renewed_at_two_thirds_of_its_life_while_running()
    {
        string first;
        using (CertificateAuthority authority = Open()) first = CertificateAuthority.Fingerprint(authority.ServerCertificate());
        using CertificateAuthority again = Open();
        CertificateAuthority.Fingerprint(again.ServerCertificate()).ShouldBe(first);
        _time.Advance(TimeSpan.FromDays(240));
        CertificateAuthority.Fingerprint(again.ServerCertificate()).ShouldBe(first);
        _time.Advance(TimeSpan.FromDays(10));
        CertificateAuthority.Fingerprint(again.ServerCertificate()).ShouldNotBe(first);
    }

    [Fact]
    public void New_names_are_taken_over_at_the_next_start()
    {
        using (CertificateAuthority before = Open()) before.ServerCertificate();
        using CertificateAuthority after = Open("new.example.org");
        after.ServerCertificate().MatchesHostname("new.example.org", allowCommonName: false).ShouldBeTrue();
    }

    [Fact]
    public void A_lost_or_foreign_root_key_is_refused_with_a_sentence_and_never_replaced()
    {
        Open().Dispose();
        string key = _directory.File("ca/root.key");
        string kept = File.ReadAllText(key);
        File.Delete(key);
        Should.Throw<BridgeStartException>(() => Open()).Message.ShouldContain("restore both from a backup");
        File.WriteAllText(key, "nonsense");
        Should.Throw<BridgeStartException>(() => Open()).Message.ShouldContain("cannot be read as PEM");
        using TempDirectory other = new();
        CertificateAuthority.Open(other.File("ca"), [], _time).Dispose();
        File.Copy(other.File("ca/root.key"), key, overwrite: true);
        Should.Throw<BridgeStartException>(() => Open()).Message.ShouldContain("is not the key of");
        File.WriteAllText(key, kept);
        Open().Dispose();
    }

    private CertificateAuthority Open(params string[] names) => CertificateAuthority.Open(_directory.File("ca"), names, _time);
}
