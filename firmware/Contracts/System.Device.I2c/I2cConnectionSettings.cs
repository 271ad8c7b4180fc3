// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace System.Device.I2c
{
    public class I2cConnectionSettings
    {
        public I2cConnectionSettings(int busId, int deviceAddress)
        {
            throw new NotSupportedException();
        }
        public I2cConnectionSettings(int busId, int deviceAddress, I2cBusSpeed busSpeed)
        {
            throw new NotSupportedException();
        }
        public int BusId
        {
            get { throw new NotSupportedException(); }
        }
        public int DeviceAddress
        {
            get { throw new NotSupportedException(); }
        }
        public I2cBusSpeed BusSpeed
        {
            get { throw new NotSupportedException(); }
        }
    }
}
