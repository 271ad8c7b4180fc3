using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MQTTnet;

namespace Devices.Edge.Ledger.Uplink;

/// <summary>
/// TLS 1.3 with the terminal's certificate; the bridge's certificate must carry the expected name and be issued by our own CA, never by
/// one of the system's. Read from files at each connect. One per connection attempt.
/// </summary>
internal sealed class UplinkTls : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private readonly X509Certificate2 _own;
    private readonly X509Certificate2Collection _issuers;
    private readonly string _serverName;
    private readonly DateTimeOffset _now;
    private readonly bool _timeTrusted;

    private UplinkTls(X509Certificate2 own, X509Certificate2Collection issuers, string serverName, DateTimeOffset now, bool timeTrusted) =>
        (_own, _issuers, _serverName, _now, _timeTrusted) = (own, issuers, serverName, now, timeTrusted);

    /// <summary>Why the bridge's certificate was refused, in one sentence; null where it was not.</summary>
    public string? Refusal { get; private set; }

    /// <summary>Reads the files.</summary>
    /// <param name="now">The time to judge certificates by.</param>
    /// <param name="timeTrusted">False where <paramref name="now"/> is only a lower bound.</param>
    /// <exception cref="UplinkFaultException">A file is missing or is not what it should be.</exception>
    public static UplinkTls Load(UplinkOptions options, DateTimeOffset now, bool timeTrusted)
    {
        X509Certificate2Collection issuers = [];
        X509Certificate2? own = null;
        try
        {
            issuers.ImportFromPemFile(options.CaFile);
            if (issuers.Count == 0) throw new UplinkFaultException($"{options.CaFile} holds no certificate: provision the terminal again.");
            own = X509Certificate2.CreateFromPemFile(options.CertificateFile, options.KeyFile);
            return new(own, issuers, options.ServerName ?? options.Host, now, timeTrusted);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            own?.Dispose();
            throw new UplinkFaultException($"The terminal's TLS files cannot be read: {fault.Message}", fault);
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
        foreach (X509Certificate2 issuer in _issuers) issuer.Dispose();
    }

    private bool Accept(MqttClientCertificateValidationEventArgs offered)
    {
        Refusal = Judge(offered);
        return Refusal is null;
    }

    private string? Judge(MqttClientCertificateValidationEventArgs offered)
    {
        if (offered.Certificate is null || offered.SslPolicyErrors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable)) return "The bridge showed no certificate.";
        if (offered.SslPolicyErrors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)) return $"The bridge's certificate is not for '{_serverName}' (it is for {offered.Certificate.Subject}).";
        using var certificate = new X509Certificate2(offered.Certificate);
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_issuers);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTimeIgnored = false;
        chain.ChainPolicy.VerificationTime = TimeFor(certificate).LocalDateTime;
        // Intermediates that the bridge sent along.
        if (offered.Chain is not null) foreach (X509ChainElement element in offered.Chain.ChainElements) chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        if (chain.Build(certificate)) return null;
        X509ChainStatusFlags why = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status);
        if (why.HasFlag(X509ChainStatusFlags.NotTimeValid)) return $"The bridge's certificate is valid from {certificate.NotBefore:u} to {certificate.NotAfter:u}; the terminal's time is {_now:u}.";
        if (why.HasFlag(X509ChainStatusFlags.PartialChain) || why.HasFlag(X509ChainStatusFlags.UntrustedRoot)) return "The bridge's certificate was not issued by this terminal's own CA.";
        return $"The bridge's certificate was refused: {string.Join(' ', chain.ChainStatus.Select(s => s.StatusInformation.Trim()))}";
    }

    // While the time is only a lower bound, the latest date that our CA has signed in these very certificates is another: it exists, so
    // it has passed. Without this a board that woke up in the past could never reach the bridge that would tell it the time.
    private DateTimeOffset TimeFor(X509Certificate2 certificate)
    {
        if (_timeTrusted) return _now;
        DateTimeOffset latest = _now;
        foreach (X509Certificate2 one in _issuers.Append(_own).Append(certificate))
            if (new DateTimeOffset(one.NotBefore) > latest) latest = new DateTimeOffset(one.NotBefore).AddSeconds(1);
        return latest;
    }
}
