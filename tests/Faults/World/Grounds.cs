using System.Security.Cryptography.X509Certificates;
using Devices.Up;

namespace Devices.Faults.World;

/// <summary>What every part of a session stands on.</summary>
/// <param name="Isolated">Networks and mounts of this program's own: it runs as root inside them.</param>
/// <param name="FakeTime">Clocks can be moved.</param>
internal sealed record Grounds(Layout Layout, int Seed, bool Isolated, bool FakeTime)
{
    public const int RepeatSeconds = 6;

    /// <summary>The site's zone: no summer time, so that a minute on the screen is one moment of the day.</summary>
    public const string Zone = "Asia/Shanghai";

    /// <summary>The bridge's ports once it has started; kept over its restarts.</summary>
    public int BridgeMqtt { get; set; }

    public int BridgeHttps { get; set; }

    public X509Certificate2 BridgeCertificate() => X509Certificate2.CreateFromPemFile(Path.Combine(Layout.Bridge, "ca", "server.crt"), Path.Combine(Layout.Bridge, "ca", "server.key"));
}
