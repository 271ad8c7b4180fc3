// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace System.Device.Wifi
{
    public class WifiAvailableNetwork
    {
        public WifiAvailableNetwork()
        {
            throw new NotSupportedException();
        }
        public string Ssid
        {
            get { throw new NotSupportedException(); }
        }
        public double NetworkRssiInDecibelMilliwatts
        {
            get { throw new NotSupportedException(); }
        }
    }
}
