using System.Security.Cryptography.X509Certificates;
using Devices.Bridge.Ingest;
using Devices.Bridge.Store;

namespace Devices.Bridge.Fleet;

/// <summary>
/// Gives a terminal the successor of its certificate (RFC 7030, section 4.2.2). The certificate that it shows in TLS is the only proof; it may have run
/// out within the grace. The old one stays good until some time after the new one was first used.
/// </summary>
public sealed class RenewalService(
    CertificateAuthority authority, BridgeOptions options, IFleetStore fleet, IAuditStore audit, IExceptionStore exceptions, ILogger<RenewalService> log)
{
    private const int Forbidden = StatusCodes.Status403Forbidden;

    /// <param name="shown">What the client proved to hold in the TLS handshake; null where nothing.</param>
    /// <param name="body">PKCS#10 in DER as base64.</param>
    public async Task<EnrolmentResult> RenewAsync(X509Certificate2? shown, string body, string? address, CancellationToken cancellationToken)
    {
        if (shown is null) return new(Forbidden, "Connect with the terminal's certificate: it is what is renewed. Without one, enrol with a claim.", null);
        if (!authority.IsOurs(shown)) return new(Forbidden, "This certificate is not one of this bridge's terminals: enrol with a claim.", null);
        string terminal = TerminalGate.CommonName(shown);
        (PublicKey? key, string? fault) = CsrReader.Read(body, terminal);
        if (key is null) return new(400, fault, null);

        RenewalOutcome outcome = await fleet.RenewAsync(CertificateAuthority.Fingerprint(shown), () =>
        {
            using X509Certificate2 issued = authority.IssueTerminal(terminal, key, TimeSpan.FromDays(options.Ca.TerminalDays));
            return CertificateAuthority.Describe(issued);
        }, der => EnrolmentService.SameKey(der, key), (long)TimeSpan.FromDays(options.Ca.GraceDays).TotalMilliseconds, cancellationToken);
        if (outcome.Verdict != RenewalVerdict.Accepted) return await RefuseAsync(terminal, outcome, address, cancellationToken);

        X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(outcome.Certificate!.Der);
        if (!outcome.Again)
        {
            await audit.AuditAsync("terminal", "certificate renewed", terminal, $"certificate {outcome.Certificate.Serial}", address, cancellationToken);
            log.LogInformation("The certificate of {Terminal} was renewed from {Address} and runs until {Until:yyyy-MM-dd}.", terminal, address, certificate.NotAfter);
        }

        return new(200, null, certificate);
    }

    private async Task<EnrolmentResult> RefuseAsync(string terminal, RenewalOutcome outcome, string? address, CancellationToken cancellationToken)
    {
        string fault = outcome.Verdict switch
        {
            RenewalVerdict.Revoked => $"The certificate of '{terminal}' was revoked ({outcome.Reason}): enrol the terminal again with a claim made for its name.",
            RenewalVerdict.TerminalRevoked => $"The terminal '{terminal}' was revoked: enrol it again with a claim made for its name.",
            RenewalVerdict.NotYet => "The certificate is not valid yet: check the bridge's clock.",
            RenewalVerdict.GraceOver => $"The certificate of '{terminal}' ended more than {options.Ca.GraceDays} days ago: enrol the terminal again with a claim made for its name.",
            RenewalVerdict.Superseded => $"The certificate of '{terminal}' was renewed before, and the new one is in use: enrol the terminal again with a claim made for its name.",
            RenewalVerdict.TooMany => $"'{terminal}' got too many certificates within a day: try again later.",
            _ => $"The certificate of '{terminal}' is not known to this bridge: enrol the terminal again.",
        };
        log.LogWarning("Renewal for {Terminal} from {Address} was refused: {Fault}", terminal, address, fault);
        string text = outcome.Verdict == RenewalVerdict.Superseded
            ? $"Somebody at {address} shows an old certificate of {terminal} whose successor is in use: there is a copy of its key, or the board was set back to an older state. Look for the copy and enrol the terminal again, which revokes both."
            : $"Renewal of {terminal}'s certificate from {address} was refused: {fault}";
        await exceptions.RaiseAsync(new("certificates", outcome.Verdict == RenewalVerdict.Superseded ? "certificate-copy" : "renewal-refused", text) { Terminal = terminal, Cause = $"certificates|{outcome.Verdict}|{terminal}" }, cancellationToken);
        return outcome.Verdict == RenewalVerdict.TooMany ? new(StatusCodes.Status429TooManyRequests, fault, null) { RetryAfter = TimeSpan.FromHours(1) } : new(Forbidden, fault, null);
    }
}
