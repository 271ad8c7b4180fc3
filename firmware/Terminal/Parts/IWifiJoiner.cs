namespace Devices.Terminal.Parts;

/// <summary>Joining and scanning, done elsewhere (a thread on the chip) and looked at from the loop. No call waits.</summary>
public interface IWifiJoiner
{
    WifiJoin State { get; }

    /// <summary>Why the last join failed, as the chip said it (ESP-IDF's wifi_err_reason_t where there is one), kept raw; 0: none.</summary>
    int Reason { get; }

    /// <summary>Begins to join; an attempt in hand is given up.</summary>
    void Join(string ssid, string password);

    /// <summary>Begins a scan; false when it cannot now.</summary>
    bool Scan();

    /// <summary>The networks of a finished scan, once; null while there is none.</summary>
    WifiNetwork[]? TakeNetworks();
}
