using System.Security.Cryptography.X509Certificates;
using Devices.Bridge.Fleet;
using Devices.Bridge.Store;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace Devices.Bridge.Ingest;

/// <summary>A refused CONNECT.</summary>
public sealed record Refusal(MqttConnectReasonCode Code, string Text);

/// <summary>
/// Decides who may connect. TLS has proved that our CA signed the certificate and that the client holds its key; whether it is still
/// good, and fits the client id, is decided here, where a sentence can be given.
/// </summary>
public sealed class TerminalGate(IFleetStore fleet, IngestOptions limits, TimeProvider time)
{
    /// <summary>Judges a CONNECT; null where it may go on.</summary>
    public async Task<Refusal?> AdmitAsync(
        string? clientId, X509Certificate2? certificate, MqttProtocolVersion version, int keepAliveSeconds, CancellationToken cancellationToken)
    {
        if (certificate is null) return new(MqttConnectReasonCode.NotAuthorized, "A client certificate is required.");
        string name = CommonName(certificate);
        if (await JudgeAsync(name, CertificateAuthority.Fingerprint(certificate), cancellationToken) is { } fault)
            return new(MqttConnectReasonCode.NotAuthorized, fault);
        if (version != MqttProtocolVersion.V500)
            return new(MqttConnectReasonCode.UnsupportedProtocolVersion, "The bridge speaks MQTT 5 only.");
        if (clientId != name)
            return new(MqttConnectReasonCode.ClientIdentifierNotValid, $"The client id must be the certificate's name, '{name}'.");
        if (keepAliveSeconds < 1 || keepAliveSeconds > limits.MaxKeepAliveSeconds)
            return new(MqttConnectReasonCode.ImplementationSpecificError, $"The keep-alive must be 1 to {limits.MaxKeepAliveSeconds} seconds, not {keepAliveSeconds}.");
        return null;
    }

    /// <summary>Whether a certificate is still good; null where it is, else one sentence.</summary>
    public async Task<string?> JudgeAsync(string terminal, string thumbprint, CancellationToken cancellationToken)
    {
        return Judge(terminal, await fleet.FindCertificateAsync(thumbprint, cancellationToken));
    }

    /// <summary>As <see cref="JudgeAsync"/>, of a record that was read already.</summary>
    public string? Judge(string terminal, CertificateRecord? record)
    {
        if (record is null || record.Terminal != terminal) return $"The certificate of '{terminal}' is not known to this bridge: enrol the terminal again.";
        if (record.RevokedAt is not null) return $"The certificate of '{terminal}' was revoked ({record.RevokedReason}): enrol the terminal again.";
        if (record.TerminalRevokedAt is not null) return $"The terminal '{terminal}' was revoked: enrol it again with a claim made for its name.";
        // Issued with a day's slack: a bridge this far back must not hand its clock to terminals as a time source.
        if (record.NotBefore > time.GetUtcNow().ToUnixTimeMilliseconds())
            return $"The certificate of '{terminal}' is not valid before {DateTimeOffset.FromUnixTimeMilliseconds(record.NotBefore):yyyy-MM-dd HH:mm} UTC: check the bridge's clock.";
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        if (record.RetireAt <= now)
            return $"The certificate of '{terminal}' was renewed, and its time beside the new one ended at {DateTimeOffset.FromUnixTimeMilliseconds(record.RetireAt.Value):yyyy-MM-dd HH:mm} UTC: enrol the terminal again.";
        if (record.NotAfter <= now)
        {
            DateTimeOffset end = DateTimeOffset.FromUnixTimeMilliseconds(record.NotAfter), last = end + limits.Grace;
            return $"The certificate of '{terminal}' expired at {end:yyyy-MM-dd HH:mm} UTC: {(last.ToUnixTimeMilliseconds() > now ? $"it can be renewed until {last:yyyy-MM-dd HH:mm} UTC, which the terminal does by itself" : "enrol the terminal again")}.";
        }
        return null;
    }

    public static string CommonName(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
    }
}
