// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace System.Device.Gpio
{
    public class GpioPin : IDisposable
    {
        internal GpioPin()
        {
        }
        public TimeSpan DebounceTimeout
        {
            get { throw new NotSupportedException(); }
            set { throw new NotSupportedException(); }
        }
        public int PinNumber
        {
            get { throw new NotSupportedException(); }
        }
        public event PinValueChangedEventHandler ValueChanged
        {
            add { throw new NotSupportedException(); }
            remove { throw new NotSupportedException(); }
        }
        public PinMode GetPinMode()
        {
            throw new NotSupportedException();
        }
        public bool IsPinModeSupported(PinMode pinMode)
        {
            throw new NotSupportedException();
        }
        public void SetPinMode(PinMode value)
        {
            throw new NotSupportedException();
        }
        public PinValue Read()
        {
            throw new NotSupportedException();
        }
        public void Write(PinValue value)
        {
            throw new NotSupportedException();
        }
        public void Toggle()
        {
            throw new NotSupportedException();
        }
        public void Dispose()
        {
            throw new NotSupportedException();
        }
    }
}
