// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;

namespace System.Device.Gpio
{
    public class GpioController : IDisposable
    {
        public GpioController()
        {
            throw new NotSupportedException();
        }
        public GpioController(PinNumberingScheme numberingScheme)
        {
            throw new NotSupportedException();
        }
        public PinNumberingScheme NumberingScheme
        {
            get { throw new NotSupportedException(); }
        }
        public int PinCount
        {
            get { throw new NotSupportedException(); }
        }
        public GpioPin OpenPin(int pinNumber)
        {
            throw new NotSupportedException();
        }
        public GpioPin OpenPin(int pinNumber, PinMode mode)
        {
            throw new NotSupportedException();
        }
        public void ClosePin(int pinNumber)
        {
            throw new NotSupportedException();
        }
        public void Dispose()
        {
            throw new NotSupportedException();
        }
        public PinMode GetPinMode(int pinNumber)
        {
            throw new NotSupportedException();
        }
        public bool IsPinModeSupported(int pinNumber, PinMode mode)
        {
            throw new NotSupportedException();
        }
        public bool IsPinOpen(int pinNumber)
        {
            throw new NotSupportedException();
        }
        public PinValue Read(int pinNumber)
        {
            throw new NotSupportedException();
        }
        public void RegisterCallbackForPinValueChangedEvent(int pinNumber, PinEventTypes eventTypes, PinChangeEventHandler callback)
        {
            throw new NotSupportedException();
        }
        public void SetPinMode(int pinNumber, PinMode mode)
        {
            throw new NotSupportedException();
        }
        public void UnregisterCallbackForPinValueChangedEvent(int pinNumber, PinChangeEventHandler callback)
        {
            throw new NotSupportedException();
        }
        public void Write(int pinNumber, PinValue value)
        {
            throw new NotSupportedException();
        }
    }
}
