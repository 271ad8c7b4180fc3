using Devices.Bridge.Fleet;
using Devices.Contract.Messages;

namespace Devices.Bridge.Downlink;

/// <summary>Where one session stands with the roots: sent whole, until the terminal says that it trusts these.</summary>
public sealed class TerminalTrust(CertificateAuthority authority, DownlinkOptions options, TimeProvider time)
{
    private TrustApplied? _at;
    private long? _sentAt;
    private string? _told;

    /// <summary>What the terminal says it trusts; null where it takes no roots.</summary>
    public void Stand(TrustApplied? applied)
    {
        _at = applied;
        _sentAt = null;
    }

    /// <summary>What is to go now; null where the terminal has them, takes none, or has not answered yet.</summary>
    public byte[]? Next()
    {
        IReadOnlyList<CaRoot> roots = authority.Roots;
        string mark = string.Join(' ', roots.Select(one => one.Fingerprint));
        // Which one signs says no list of roots: while there is an old one, each session is told once.
        bool same = _at is null || _at.Roots.ToHashSet(StringComparer.Ordinal).SetEquals(roots.Select(one => one.Fingerprint));
        bool news = roots.Any(one => one.State == RootState.Old) && _told != mark;
        if (_at is null || (same && !news) || (_sentAt is { } sent && _told == mark && time.GetElapsedTime(sent) < options.SendAgain)) return null;
        (_sentAt, _told) = (time.GetTimestamp(), mark);
        TrustMessage message = new()
        {
            Roots = [.. roots.Select(one => Convert.ToBase64String(one.Certificate.RawData))], Vouchers = [.. authority.Crosses.Select(one => Convert.ToBase64String(one.RawData))], Issuing = authority.RootFingerprint,
        };
        return ContractCodec.Write(message, ContractJson.Default.TrustMessage);
    }
}
