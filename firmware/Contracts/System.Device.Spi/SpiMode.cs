// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace System.Device.Spi
{
    public enum SpiMode
    {
        Mode0 = 0,
        Mode1 = 1,
        Mode2 = 2,
        Mode3 = 3,
    }
}
