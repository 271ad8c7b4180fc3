using System.Security.Cryptography.X509Certificates;
using Devices.Bridge.Ingest;
using Devices.Bridge.Store;
using Devices.Contract.Punches;

namespace Devices.Bridge.Fleet;

/// <summary>A refusal or a certificate.</summary>
/// <param name="Status">HTTP status.</param>
public sealed record EnrolmentResult(int Status, string? Fault, X509Certificate2? Certificate)
{
    /// <summary>When a refused client may come again.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>Turns a claim and a request into a terminal's certificate; a claim is used up together with the issuance, and answers the same key again while it lives.</summary>
public sealed class EnrolmentService(
    CertificateAuthority authority, BridgeOptions options, IFleetStore fleet, IAuditStore audit, IExceptionStore exceptions, ITerminalConnections connections, ILogger<EnrolmentService> log)
{
    public async Task<EnrolmentResult> EnrolAsync(string terminal, string claim, string body, string? address, CancellationToken cancellationToken)
    {
        if (!PunchRules.IsTerminalName(terminal)) return new(400, "The user name must be the terminal's name: 1 to 32 of a-z, 0-9 and '-'.", null);
        if (!ClaimCode.TryHash(claim, out byte[] hash)) return await RefuseAsync(terminal, ClaimVerdict.Unknown, address, cancellationToken);
        (PublicKey? key, string? board, string? fault) = CsrReader.ReadBoard(body, terminal);
        // A bad request must not cost the claim: the technician mends it and tries again.
        if (key is null) return new(400, fault, null);

        ClaimOutcome outcome = await fleet.RedeemAsync(hash, terminal, () =>
        {
            using X509Certificate2 issued = authority.IssueTerminal(terminal, key, TimeSpan.FromDays(options.Ca.TerminalDays));
            return CertificateAuthority.Describe(issued);
        }, der => SameKey(der, key), board, cancellationToken);
        if (outcome.Verdict != ClaimVerdict.Accepted) return await RefuseAsync(terminal, outcome.Verdict, address, cancellationToken);
        X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(outcome.Certificate!.Der);
        if (outcome.Again)
        {
            await audit.AuditAsync("claim", "certificate given again", terminal, $"certificate {outcome.Certificate.Serial}", address, cancellationToken);
            log.LogInformation("Terminal {Terminal} asked again from {Address} with the same claim and key: it gets the same certificate.", terminal, address);
            return new(200, null, certificate);
        }

        await audit.AuditAsync("claim", outcome.Reissued ? "terminal re-enrolled" : "terminal enrolled", terminal, $"certificate {outcome.Certificate.Serial}{(board is null ? "" : $", board {board}")}", address, cancellationToken);
        log.LogInformation("Terminal {Terminal} was {What} from {Address}; its certificate runs until {Until:yyyy-MM-dd}.",
            terminal, outcome.Reissued ? "enrolled again (earlier certificates are revoked)" : "enrolled", address, certificate.NotAfter);
        if (outcome.Reissued) await connections.DisconnectAsync(terminal, "The certificate of this connection was replaced by a new enrolment.");
        return new(200, null, certificate);
    }

    internal static bool SameKey(byte[] der, PublicKey key)
    {
        using X509Certificate2 issued = X509CertificateLoader.LoadCertificate(der);
        return issued.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo());
    }

    private async Task<EnrolmentResult> RefuseAsync(string terminal, ClaimVerdict verdict, string? address, CancellationToken cancellationToken)
    {
        string fault = verdict switch
        {
            ClaimVerdict.Expired => "The claim has expired: make a new one at the bridge.",
            ClaimVerdict.Used => "The claim was used before: make a new one at the bridge.",
            ClaimVerdict.OtherTerminal => $"The claim was made for another terminal than '{terminal}'.",
            ClaimVerdict.OtherBoard => "The claim was made for another board: its serial number is not the one that this board names.",
            ClaimVerdict.Withdrawn => "The claim was withdrawn: make a new one at the bridge.",
            ClaimVerdict.NameTaken => $"There is a terminal '{terminal}' already: make a claim for that name (--terminal {terminal}), or choose another name.",
            _ => "No such claim: check the code, or make a new one at the bridge.",
        };
        log.LogWarning("Enrolment of {Terminal} from {Address} was refused: {Fault}", terminal, address, fault);
        await exceptions.RaiseAsync(new("access", "enrolment", $"Enrolment of {terminal} from {address} was refused: {fault}") { Cause = $"access|enrolment|{terminal}|{verdict}" }, cancellationToken);
        return new(401, fault, null);
    }
}
