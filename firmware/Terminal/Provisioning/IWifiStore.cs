using Devices.Terminal.Parts;

namespace Devices.Terminal.Provisioning;

/// <summary>Where Wi-Fi settings live.</summary>
public interface IWifiStore
{
    /// <summary>Writes them durably; only called after a join with them worked. False: the flash refused, the earlier ones still count.</summary>
    bool Save(string ssid, string password);

    /// <summary>Goes back to the settings that worked before, where there are any.</summary>
    void Rejoin(IWifiJoiner wifi);
}
