using System.Text.Json.Serialization;

namespace Devices.Edge.Ledger.Identity;

/// <summary>How the terminal's certificate stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CertificateCondition>))]
public enum CertificateCondition
{
    /// <summary>There is none yet.</summary>
    Missing,
    Good,

    /// <summary>It is time to renew it.</summary>
    Due,

    /// <summary>Renewed; the bridge has not been reached with the new one yet, and the old one is kept.</summary>
    Unconfirmed,

    /// <summary>Renewal was tried and did not succeed; it is tried again.</summary>
    Failing,

    /// <summary>It has run out, by a time that somebody vouches for: the bridge takes no punches until it is renewed.</summary>
    Expired,
}

/// <param name="NotAfter">End of the certificate in force, ms since the Unix epoch; null without one.</param>
/// <param name="RenewAt">When it is renewed.</param>
/// <param name="Text">One sentence.</param>
/// <param name="Failures">Tries in a row that came to nothing.</param>
/// <param name="NextTry">When it is tried next, where a try has failed.</param>
/// <param name="Roots">SHA-256 of the roots that may vouch for the bridge.</param>
/// <param name="Key">Where its key is: <c>file</c> or <c>tpm</c>.</param>
public sealed record CertificateStatus(
    CertificateCondition Condition, string Text, DateTimeOffset? NotAfter, DateTimeOffset? RenewAt, int Failures, DateTimeOffset? NextTry, IReadOnlyList<string> Roots, string Key = "file");

/// <summary>Something that happened to the certificate, in plain words.</summary>
/// <param name="Warning">Somebody should look.</param>
public sealed record CertificateNote(string Text, bool Warning);
