using System.Security.Cryptography.X509Certificates;

namespace Devices.Edge.Ledger.Uplink;

/// <summary>What the terminal shows to the bridge. Asked at each connect, from the session's loop.</summary>
public interface IUplinkIdentity
{
    /// <summary>The certificate with its key; the caller disposes it.</summary>
    X509Certificate2 Own();

    /// <summary>The bridge answered a greeting under the certificate that <see cref="Own"/> gave last.</summary>
    void Taken();

    /// <summary>A connection under it came to nothing.</summary>
    /// <param name="refused">The bridge said that it does not let this terminal in.</param>
    /// <param name="reached">It was our bridge that was reached, whatever broke then.</param>
    void Failed(bool refused, bool reached, string why);
}
