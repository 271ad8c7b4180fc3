// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;
using System.Device.Wifi;
using System.Threading;

namespace nanoFramework.Networking
{
    public static class WifiNetworkHelper
    {
        public static ManualResetEvent NetworkReady
        {
            get { throw new NotSupportedException(); }
        }
        public static NetworkHelperStatus Status
        {
            get { throw new NotSupportedException(); }
        }
        public static Exception HelperException
        {
            get { throw new NotSupportedException(); }
        }
        public static void SetupNetworkHelper(bool requiresDateTime = false)
        {
            throw new NotSupportedException();
        }
        public static void SetupNetworkHelper(string ssid, string password, WifiReconnectionKind reconnectionKind = default, bool requiresDateTime = false)
        {
            throw new NotSupportedException();
        }
        public static void Disconnect()
        {
            throw new NotSupportedException();
        }
        public static bool ConnectDhcp(string ssid, string password, WifiReconnectionKind reconnectionKind = default, bool requiresDateTime = false, int wifiAdapterId = 0, CancellationToken token = default)
        {
            throw new NotSupportedException();
        }
        public static bool ScanAndConnectDhcp(string ssid, string password, WifiReconnectionKind reconnectionKind = default, bool requiresDateTime = false, int WifiAdapter = 0, CancellationToken token = default)
        {
            throw new NotSupportedException();
        }
        public static bool Reconnect(bool requiresDateTime = false, int wifiAdapterId = 0, CancellationToken token = default)
        {
            throw new NotSupportedException();
        }
        public static void Reset()
        {
            throw new NotSupportedException();
        }
    }
}
