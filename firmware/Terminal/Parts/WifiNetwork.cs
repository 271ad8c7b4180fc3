namespace Devices.Terminal.Parts;

/// <summary>One network that a scan heard.</summary>
public sealed class WifiNetwork
{
    public WifiNetwork(string ssid, int rssi, bool isOpen)
    {
        Ssid = ssid;
        Rssi = rssi;
        IsOpen = isOpen;
    }

    public string Ssid { get; }

    /// <summary>Signal in dBm.</summary>
    public int Rssi { get; }

    /// <summary>Whether it takes anybody.</summary>
    public bool IsOpen { get; }
}
