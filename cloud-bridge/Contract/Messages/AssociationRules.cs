using System.Security.Cryptography;
using System.Text;

namespace Devices.Contract.Messages;

/// <summary>Ranges of a router's reports, and how a phone's key is made.</summary>
public static class AssociationRules
{
    /// <summary>Most reports of one batch.</summary>
    public const int MaxReports = 64;

    /// <summary>Most phones of one list.</summary>
    public const int MaxPhones = 4000;

    /// <summary>Hex digits of a key: 64 bits, so that no stranger's phone falls on one by chance.</summary>
    public const int KeyLength = 16;

    // A year 9999, and three years since a boot.
    private const long MaxAt = 253_402_300_799_999;
    private const long MaxUp = 94_608_000_000;

    /// <summary>
    /// The first 16 hex digits of SHA-256 over the salt followed by the address as <c>aa:bb:cc:dd:ee:ff</c>, both ASCII. Whoever has the list
    /// with its salt can try all addresses (2^46 of them, far fewer of real makers): it keeps addresses out of sight, not out of reach.
    /// </summary>
    /// <param name="address">Six bytes in lower-case hex with colons.</param>
    public static string KeyOf(string salt, string address) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(salt + address)))[..KeyLength];

    /// <summary>Null where the bridge can judge the batch report by report, else one sentence.</summary>
    public static string? Check(AssociationBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.Spool == Guid.Empty || batch.Boot == Guid.Empty) return "spool and boot must be random ids.";
        if (batch.Up is < 0 or > MaxUp) return "up is not a time since boot in milliseconds.";
        if (batch.List.Length > 64) return "list is longer than any revision.";
        if (batch.Reports.Count > MaxReports) return $"The batch holds {batch.Reports.Count} reports; {MaxReports} are the limit.";
        long last = 0;
        foreach (AssociationReport one in batch.Reports)
        {
            if (one is null) return "The batch holds a null where a report should be.";
            if (one.Seq <= last) return $"Report {one.Seq} comes after {last}: the numbers must rise from 1.";
            last = one.Seq;
            if (one.Phone.Length != KeyLength || !one.Phone.All(char.IsAsciiHexDigitLower)) return $"Report {one.Seq}: phone is not {KeyLength} hex digits.";
            if (one.Kind is not (AssociationKinds.Associated or AssociationKinds.Present or AssociationKinds.Disassociated))
                return $"Report {one.Seq}: kind must be {AssociationKinds.Associated}, {AssociationKinds.Present} or {AssociationKinds.Disassociated}.";
            if (one.Boot == Guid.Empty || one.Up is < 0 or > MaxUp || one.At is < 0 or > MaxAt) return $"Report {one.Seq}: boot, up or at is out of range.";
            if (one.Boot == batch.Boot && one.Up > batch.Up) return $"Report {one.Seq} lies after the moment at which it was sent.";
        }
        return null;
    }
}
