// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace System.Device.I2c
{
    public struct I2cTransferResult
    {
        public uint BytesTransferred
        {
            get { throw new NotSupportedException(); }
        }
        public I2cTransferStatus Status
        {
            get { throw new NotSupportedException(); }
        }
    }
}
