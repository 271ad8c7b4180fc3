// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace System.Device.Spi
{
    public enum SpiBusConfiguration
    {
        FullDuplex = 0,
        HalfDuplex = 1,
        Simplex = 2,
    }
}
