// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;
using System.Device.Gpio;

namespace System.Device.Spi
{
    public class SpiConnectionSettings
    {
        public SpiConnectionSettings(int busId, int chipSelectLine = -1)
        {
            throw new NotSupportedException();
        }
        public int BusId
        {
            get { throw new NotSupportedException(); }
            set { throw new NotSupportedException(); }
        }
        public int ChipSelectLine
        {
            get { throw new NotSupportedException(); }
            set { throw new NotSupportedException(); }
        }
        public SpiMode Mode
        {
            get { throw new NotSupportedException(); }
            set { throw new NotSupportedException(); }
        }
        public int DataBitLength
        {
            get { throw new NotSupportedException(); }
            set { throw new NotSupportedException(); }
        }
        public int ClockFrequency
        {
            get { throw new NotSupportedException(); }
            set { throw new NotSupportedException(); }
        }
        public DataFlow DataFlow
        {
            get { throw new NotSupportedException(); }
            set { throw new NotSupportedException(); }
        }
        public PinValue ChipSelectLineActiveState
        {
            get { throw new NotSupportedException(); }
            set { throw new NotSupportedException(); }
        }
        public SpiBusConfiguration Configuration
        {
            get { throw new NotSupportedException(); }
            set { throw new NotSupportedException(); }
        }
    }
}
