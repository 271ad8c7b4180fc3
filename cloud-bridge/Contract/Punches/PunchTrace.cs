using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace Devices.Contract.Punches;

/// <summary>
/// The trace of a punch, made from its identity: terminal and bridge, today and after a restart, find the same one without sending it along
/// (W3C Trace Context: 16 bytes of trace id, 8 of span id). Holds nothing of the person.
/// </summary>
public static class PunchTrace
{
    /// <summary>The context that stands for the punch itself: parent of everything that happens to it.</summary>
    public static ActivityContext Of(string terminal, Guid ledger, long seq)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.ASCII.GetBytes(FormattableString.Invariant($"{terminal}/{ledger:D}/{seq}")), hash);
        return new(ActivityTraceId.CreateFromBytes(hash[..16]), ActivitySpanId.CreateFromBytes(hash[16..24]), ActivityTraceFlags.Recorded, isRemote: true);
    }
}
