// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace System.Device.Wifi
{
    public class WifiNetworkReport
    {
        internal WifiNetworkReport()
        {
            throw new NotSupportedException();
        }
        public WifiAvailableNetwork[] AvailableNetworks
        {
            get { throw new NotSupportedException(); }
        }
    }
}
