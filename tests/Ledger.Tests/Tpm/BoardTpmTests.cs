using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Devices.Edge.Ledger.Identity;
using Devices.Edge.Ledger.Tpm;
using Devices.Ledger.Tests.Support;
using Devices.Tests.Tpm;

namespace Devices.Ledger.Tests.Tpm;

/// <summary>Keys and secrets in a TPM 2.0 (swtpm), and what is said where it cannot be used.</summary>
public sealed class BoardTpmTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly SoftTpm _tpm = SoftTpm.Start();

    public void Dispose()
    {
        _tpm.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public void A_key_made_inside_signs_and_its_file_holds_nothing_that_another_TPM_can_use()
    {
        string file = _temp.File("terminal.key");
        File.WriteAllText(file, TerminalKey.MakeIn(_tpm.Board));
        byte[] message = RandomNumberGenerator.GetBytes(100);
        using ECDsa inside = TerminalKey.Load(file, _tpm.Board, check: true);
        using ECDsa open = ECDsa.Create();
        open.ImportSubjectPublicKeyInfo(inside.ExportSubjectPublicKeyInfo(), out _);
        foreach (HashAlgorithmName hash in (HashAlgorithmName[])[HashAlgorithmName.SHA256, HashAlgorithmName.SHA384, HashAlgorithmName.SHA1])
            open.VerifyData(message, inside.SignData(message, hash), hash).ShouldBeTrue(hash.Name);
        inside.KeySize.ShouldBe(256);
        Should.Throw<CryptographicException>(() => inside.ExportParameters(includePrivateParameters: true), "it has no private half to give");

        string request = CertificateRequest.LoadSigningRequestPem(new CertificateRequest("CN=m2-001", inside, HashAlgorithmName.SHA256).CreateSigningRequestPem(), HashAlgorithmName.SHA256).SubjectName.Name;
        request.ShouldBe("CN=m2-001");

        // Many in a row: a TPM has room for three.
        for (int i = 0; i < 8; i++) open.VerifyData(message, inside.SignData(message, HashAlgorithmName.SHA256), HashAlgorithmName.SHA256).ShouldBeTrue();

        _tpm.Exchange();
        TpmException foreign = Should.Throw<TpmException>(() => TerminalKey.Load(file, _tpm.Board, check: true));
        foreign.Fault.ShouldBe(TpmFault.Foreign);
        foreign.Message.ShouldContain("did not make this key");
        _tpm.Off();
        Should.Throw<TpmException>(() => TerminalKey.Load(file, _tpm.Board, check: true)).Fault.ShouldBe(TpmFault.Absent);
        Should.Throw<CryptographicException>(() => inside.SignData(message, HashAlgorithmName.SHA256));
    }

    [Fact]
    public async Task A_key_inside_is_shown_in_a_TLS_1_3_handshake()
    {
        using TestCa ca = new();
        using X509Certificate2 server = ca.Issue("bridge", server: true, dns: "bridge");
        string key = _temp.File("terminal.key"), certificate = _temp.File("terminal.crt");
        File.WriteAllText(key, TerminalKey.MakeIn(_tpm.Board));
        using (ECDsa inside = TerminalKey.Load(key, _tpm.Board))
        {
            CertificateRequest request = new("CN=m2-001", inside, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], false));
            using X509Certificate2 issued = request.Create(ca.Root, DateTimeOffset.UtcNow.AddMinutes(-30), DateTimeOffset.UtcNow.AddDays(1), RandomNumberGenerator.GetBytes(12));
            File.WriteAllText(certificate, issued.ExportCertificatePem());
        }

        for (int round = 0; round < 2; round++)
        {
            using X509Certificate2 own = TerminalKey.Pair(certificate, key, _tpm.Board, check: true);
            using TcpListener listener = new(IPAddress.Loopback, 0);
            listener.Start();
            Task<string> served = ServeAsync(listener, server);
            using TcpClient client = new();
            await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint, TestContext.Current.CancellationToken);
            await using SslStream stream = new(client.GetStream());
            await stream.AuthenticateAsClientAsync(new()
            {
                TargetHost = "bridge", EnabledSslProtocols = SslProtocols.Tls13, ClientCertificates = [own], RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null,
            }, TestContext.Current.CancellationToken);
            await stream.WriteAsync("x"u8.ToArray(), TestContext.Current.CancellationToken);
            (await served.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken)).ShouldBe("CN=m2-001 over Tls13");
        }
    }

    [Fact]
    public void A_secret_is_sealed_and_opened_by_the_same_TPM_only_and_also_after_it_was_off()
    {
        byte[] secret = RandomNumberGenerator.GetBytes(32);
        TpmKeyFile file = TpmKeyFile.Parse(_tpm.Board.Seal(secret).ToPem(), "templates.key");
        file.IsSealed.ShouldBeTrue();
        Convert.ToHexString(file.Private).ShouldNotContain(Convert.ToHexString(secret));
        _tpm.Off();
        _tpm.On();
        _tpm.Board.Unseal(file).ShouldBe(secret);
        _tpm.Exchange();
        Should.Throw<TpmException>(() => _tpm.Board.Unseal(file)).Fault.ShouldBe(TpmFault.Foreign);
    }

    [Fact]
    public void What_cannot_be_used_is_told_in_a_sentence()
    {
        BoardTpm.Of("none").ShouldBeNull();
        BoardTpm.Refusal("/run/tpm").ShouldNotBeNull().ShouldContain("unix:/path");
        Should.Throw<TpmException>(() => BoardTpm.Of("/dev/tpm-none")!.Probe()).Message.ShouldContain("There is no TPM at /dev/tpm-none");
        // A device that is something else.
        Should.Throw<TpmException>(() => BoardTpm.Of("/dev/zero")!.Probe()).Message.ShouldContain("is no TPM 2.0");

        TpmKeyFile key = _tpm.Board.MakeKey();
        Should.Throw<TpmException>(() => _tpm.Board.Check(key with { Private = [.. key.Private[..^1], (byte)(key.Private[^1] ^ 1)] })).Fault.ShouldBeOneOf(TpmFault.Foreign, TpmFault.Damaged);
        string damaged = key.ToPem().Replace("A", "", StringComparison.Ordinal);
        Should.Throw<TpmException>(() => TpmKeyFile.Parse(damaged, "terminal.key")).Message.ShouldContain("damaged TPM key file");
    }

    private static async Task<string> ServeAsync(TcpListener listener, X509Certificate2 certificate)
    {
        using TcpClient client = await listener.AcceptTcpClientAsync();
        await using SslStream stream = new(client.GetStream());
        await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificate = certificate, ClientCertificateRequired = true, EnabledSslProtocols = SslProtocols.Tls13, RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null,
        });
        await stream.ReadExactlyAsync(new byte[1]);
        return $"{stream.RemoteCertificate!.Subject} over {stream.SslProtocol}";
    }
}
