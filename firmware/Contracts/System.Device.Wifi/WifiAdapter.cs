// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace System.Device.Wifi
{
    public class WifiAdapter : IDisposable
    {
        internal WifiAdapter()
        {
            throw new NotSupportedException();
        }
        public WifiNetworkReport NetworkReport
        {
            get { throw new NotSupportedException(); }
        }
        public event AvailableNetworksChangedEventHandler AvailableNetworksChanged;
        public static WifiAdapter[] FindAllAdapters()
        {
            throw new NotSupportedException();
        }
        public void ScanAsync()
        {
            throw new NotSupportedException();
        }
        public void Dispose()
        {
            throw new NotSupportedException();
        }
    }
}
