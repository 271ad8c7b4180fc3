using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Devices.Edge.Ledger.Identity;
using Devices.Edge.Ledger.Tpm;
using MQTTnet;

namespace Devices.Edge.Ledger.Uplink;

/// <summary>
/// TLS 1.3 with the terminal's certificate; the bridge's certificate must carry the expected name and be issued by our own CA, never by
/// one of the system's. Read from files at each connect. One per connection attempt.
/// </summary>
internal sealed class UplinkTls : IDisposable
{
    private readonly X509Certificate2 _own;
    private readonly ServerJudge _judge;
    private readonly string _serverName;

    private UplinkTls(X509Certificate2 own, ServerJudge judge, string serverName) => (_own, _judge, _serverName) = (own, judge, serverName);

    /// <summary>Why the bridge's certificate was refused, in one sentence; null where it was not.</summary>
    public string? Refusal { get; private set; }

    /// <summary>Whether the bridge has shown its certificate.</summary>
    public bool Judged { get; private set; }

    /// <summary>Reads the files.</summary>
    /// <param name="time">The time to judge certificates by.</param>
    /// <exception cref="UplinkFaultException">A file is missing or is not what it should be.</exception>
    public static UplinkTls Load(UplinkOptions options, JudgeTime time)
    {
        X509Certificate2Collection issuers = [];
        X509Certificate2? own = null;
        try
        {
            issuers.ImportFromPemFile(options.CaFile);
            if (issuers.Count == 0) throw new UplinkFaultException($"{options.CaFile} holds no certificate: provision the terminal again.");
            own = options.Identity?.Own() ?? TerminalKey.Pair(options.CertificateFile, options.KeyFile, options.Tpm, check: true);
            string name = options.ServerName ?? options.Host;
            return new(own, new([name], issuers, time), name);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            own?.Dispose();
            throw new UplinkFaultException($"The terminal's TLS files cannot be read: {fault.Message}", fault);
        }
        catch (TpmException fault)
        {
            own?.Dispose();
            throw new UplinkFaultException($"The terminal's key is in its TPM, and cannot be used: {fault.Message} Punches are kept here meanwhile{(fault.Fault is TpmFault.Foreign or TpmFault.Damaged ? "; make a claim on the bridge and run `devices provision --replace`" : "")}.", fault);
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            own?.Dispose();
            throw new UplinkFaultException($"The terminal's TLS files ({options.CaFile}, {options.CertificateFile}, {options.KeyFile}) are not matching PEM certificates and key: {fault.Message} Provision the terminal again.", fault);
        }
    }

    /// <summary>Sets TLS up in <paramref name="options"/>.</summary>
    public void Apply(MqttClientTlsOptionsBuilder options) => options
        .UseTls()
        .WithSslProtocols(SslProtocols.Tls13)
        .WithTargetHost(_serverName)
        .WithClientCertificates(new X509Certificate2Collection(_own))
        .WithCertificateValidationHandler(Accept);

    public void Dispose()
    {
        _own.Dispose();
        _judge.Dispose();
    }

    private bool Accept(MqttClientCertificateValidationEventArgs offered)
    {
        Refusal = _judge.Judge(offered.Certificate, offered.Chain, offered.SslPolicyErrors, _own);
        Judged = true;
        return Refusal is null;
    }
}
