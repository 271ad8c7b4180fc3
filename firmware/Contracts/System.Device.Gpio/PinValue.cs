// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace System.Device.Gpio
{
    public struct PinValue
    {
        public static PinValue High
        {
            get { throw new NotSupportedException(); }
        }
        public static PinValue Low
        {
            get { throw new NotSupportedException(); }
        }
        public bool Equals(PinValue other)
        {
            throw new NotSupportedException();
        }
        public override bool Equals(object obj)
        {
            throw new NotSupportedException();
        }
        public override int GetHashCode()
        {
            throw new NotSupportedException();
        }
        public override string ToString()
        {
            throw new NotSupportedException();
        }
    }
}
