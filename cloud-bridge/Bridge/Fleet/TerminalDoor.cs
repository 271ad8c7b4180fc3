using System.Security.Cryptography.X509Certificates;
using Devices.Bridge.Ingest;

namespace Devices.Bridge.Fleet;

/// <summary>A terminal that asks over HTTPS; with a fault, and perhaps without a name or a certificate, where it may not.</summary>
public sealed record TerminalCaller(string Terminal, X509Certificate2? Certificate, IResult? Fault);

/// <summary>Lets terminals in over HTTPS by the certificate that they connect over MQTT with; revoked is out here too.</summary>
public sealed class TerminalDoor(CertificateAuthority authority, TerminalGate terminals)
{
    /// <param name="plain">The sentence for somebody who came without TLS.</param>
    /// <param name="stranger">The sentence for somebody who shows no certificate of this bridge.</param>
    public async Task<TerminalCaller> JudgeAsync(HttpContext context, string plain, string stranger)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!context.Request.IsHttps) return new("", null, PlainAnswer.Sentence(StatusCodes.Status403Forbidden, plain));
        if (context.Connection.ClientCertificate is not { } certificate || !authority.IsOurs(certificate)) return new("", null, PlainAnswer.Sentence(StatusCodes.Status401Unauthorized, stranger));
        string name = TerminalGate.CommonName(certificate);
        string? fault = await terminals.JudgeAsync(name, CertificateAuthority.Fingerprint(certificate), context.RequestAborted);
        return new(name, certificate, fault is null ? null : PlainAnswer.Sentence(StatusCodes.Status403Forbidden, fault));
    }
}
