// Declarations only, written from the public signatures of the library of this name: no behaviour, never deployed.
using System;
using nanoFramework.Runtime.Events;

namespace System.Device.Gpio
{
    public class PinValueChangedEventArgs : BaseEvent
    {
        public PinValueChangedEventArgs(PinEventTypes changeType, int pinNumber)
        {
            throw new NotSupportedException();
        }
        public PinEventTypes ChangeType
        {
            get { throw new NotSupportedException(); }
        }
        public int PinNumber
        {
            get { throw new NotSupportedException(); }
        }
    }
}
