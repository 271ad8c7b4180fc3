namespace Devices.Terminal.Provisioning;

/// <summary>What the commonest of ESP-IDF's reasons mean for whoever stands there (wifi_err_reason_t, esp_wifi_types_generic.h).</summary>
public static class WifiReasons
{
    /// <summary>Words in brackets, or "" for a reason without; the number is told all the same.</summary>
    public static string Words(int reason)
    {
        return reason switch
        {
            2 => " (the access point no longer knows us: try again)",
            4 => " (left alone by the access point: weak signal?)",
            8 => " (the access point let go of us)",
            15 => " (handshake ran out of time: wrong password, or weak signal)",
            200 => " (the access point's beacons stopped: weak signal)",
            201 => " (no such network in reach; this chip hears 2.4 GHz only)",
            202 => " (refused: wrong password or kind of security)",
            203 => " (no association: is the access point full?)",
            204 => " (handshake ran out of time: wrong password, or weak signal)",
            205 => " (the connection failed: try again)",
            _ => "",
        };
    }
}
